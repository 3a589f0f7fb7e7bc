using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Thermocline.Testing.Scale;

/// <summary>Speaks to an API server of ours as its administrator, without anything of the operator under test.</summary>
internal sealed partial class AdminClient : IDisposable
{
    /// <summary>What the server's log calls it.</summary>
    public const string Agent = "scale-driver";

    private readonly HttpClient _client;

    private AdminClient(HttpClient client) => _client = client;

    public static AdminClient Of(string kubeconfig)
    {
        string text = File.ReadAllText(kubeconfig);
        using var pem = X509Certificate2.CreateFromPem(Decoded(text, "client-certificate-data"), Decoded(text, "client-key-data"));
        var authority = X509Certificate2.CreateFromPem(Decoded(text, "certificate-authority-data"));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri(Server().Match(text).Groups[1].Value) };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue(Agent, "1"));
        return new AdminClient(client);
    }

    /// <summary>Asks; null when there is none.</summary>
    public async Task<JsonNode?> GetAsync(string path, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation)) : null;
    }

    public Task CreateAsync(string path, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, body.ToJsonString(), "application/json", cancellation);

    public Task MergeAsync(string path, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, path, body.ToJsonString(), "application/merge-patch+json", cancellation);

    public Task ApplyAsync(string path, string yaml, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={Agent}", yaml, "application/apply-patch+yaml", cancellation);

    public Task DeleteAsync(string path, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, path, """{"gracePeriodSeconds":0}""", "application/json", cancellation);

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(HttpMethod method, string path, string body, string type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, type) };
        using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    private static string Decoded(string kubeconfig, string field) =>
        Regex.Match(kubeconfig, $@"{field}:\s*(\S+)") is { Success: true } match
            ? Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value))
            : throw new InvalidOperationException($"The kubeconfig has no {field}.");

    [GeneratedRegex(@"server:\s*(\S+)")]
    private static partial Regex Server();
}
