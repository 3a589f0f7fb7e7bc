using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Operator.Admission;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Certificates;
using Xunit;

namespace Thermocline.Operator.Tests.Admission;

public sealed class WebhookServerTests : IAsyncDisposable
{
    private static readonly CertificateOptions Names = new() { Namespace = "thermocline-system", Service = "webhook" };

    private readonly Webhook _webhook = new(
        new WebhookSources(_ => [], _ => []), new InjectionSettings("thermocline-system", "image"), TimeProvider.System, NullLogger.Instance);
    private readonly List<IDisposable> _open = [];
    private SslStreamCertificateContext? _certificate;
    private string _authority = "";
    private WebhookServer? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_is_answered()
    {
        using HttpClient client = await StartAsync();
        using HttpResponseMessage answer = await PostAsync(client, WebhookObjects.PodsPath, Question.Of("Pod", new JsonObject()));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.True((bool)Question.Response(body)["allowed"]!);
    }

    [Fact]
    public async Task Wrong_questions_are_told_so()
    {
        using HttpClient client = await StartAsync(new WebhookOptions { BodyBytesMax = 100 });
        Assert.Equal(HttpStatusCode.BadRequest, await CodeAsync(client, WebhookObjects.PodsPath, "{}"u8.ToArray()));
        Assert.Equal(HttpStatusCode.NotFound, await CodeAsync(client, "/mutate/secrets", "{}"u8.ToArray()));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await CodeAsync(client, WebhookObjects.PodsPath, new byte[101]));
        using HttpResponseMessage read = await client.GetAsync(new Uri(WebhookObjects.PodsPath, UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, read.StatusCode);
    }

    [Fact]
    public async Task A_question_that_does_not_arrive_is_given_up()
    {
        using HttpClient client = await StartAsync(new WebhookOptions { BodyTimeout = TimeSpan.FromMilliseconds(100) });
        using var socket = new TcpClient();
        await socket.ConnectAsync(_server!.Address, Cancellation);
        await using var line = new SslStream(socket.GetStream());
        await line.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = Names.ServerName, CertificateChainPolicy = Policy() }, Cancellation);
        await line.WriteAsync("POST /mutate/pods HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{"u8.ToArray(), Cancellation);
        using var reader = new StreamReader(line);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync(Cancellation));
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(client, WebhookObjects.PodsPath, Question.Of("Pod", new JsonObject())));
    }

    [Fact]
    public async Task Too_many_questions_at_once_are_let_through()
    {
        using HttpClient client = await StartAsync(new WebhookOptions { RunningMax = 0 });
        using HttpResponseMessage answer = await PostAsync(client, WebhookObjects.PodsPath, Question.Of("Pod", new JsonObject()));
        JsonNode response = Question.Response(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.True((bool)response["allowed"]!);
        Assert.Single(Question.Warnings(response));
        Assert.Equal(1, _webhook.Counts.Of(WebhookObjects.PodsPath, ReviewOutcome.Busy));
    }

    [Fact]
    public async Task A_rotated_certificate_is_served_without_a_restart()
    {
        using HttpClient first = await StartAsync();
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(first, WebhookObjects.PodsPath, Question.Of("Pod", new JsonObject())));
        // The old authority vouches for nothing new, so the answer comes with the new certificate.
        Rotate();
        using HttpClient second = Client();
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(second, WebhookObjects.PodsPath, Question.Of("Pod", new JsonObject())));
    }

    [Fact]
    public async Task Without_a_certificate_no_connection_comes_about()
    {
        using HttpClient client = await StartAsync();
        _certificate = null;
        using HttpClient fresh = Client();
        await Assert.ThrowsAsync<HttpRequestException>(() => CodeAsync(fresh, WebhookObjects.PodsPath, [1]));
        Rotate();
        using HttpClient later = Client();
        Assert.Equal(HttpStatusCode.OK, await CodeAsync(later, WebhookObjects.PodsPath, Question.Of("Pod", new JsonObject())));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        foreach (IDisposable each in _open)
            each.Dispose();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, byte[] body) =>
        client.PostAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(body), Cancellation);

    private static async Task<HttpStatusCode> CodeAsync(HttpClient client, string path, byte[] body)
    {
        using HttpResponseMessage answer = await PostAsync(client, path, body);
        return answer.StatusCode;
    }

    private async Task<HttpClient> StartAsync(WebhookOptions? options = null)
    {
        Rotate();
        WebhookOptions here = (options ?? new WebhookOptions()) with { Address = new IPEndPoint(IPAddress.Loopback, 0) };
        _server = await WebhookServer.StartAsync(_webhook, here, () => _certificate, TimeProvider.System, Cancellation);
        return Client();
    }

    private void Rotate()
    {
        CertificateFiles files = CertificateMaker.Make(CertificateStep.MakeAll, null, Names, TimeProvider.System.GetUtcNow());
        _certificate = Operator.Cluster.Connection.Certificates.Own(files.Serving, files.ServingKey);
        _authority = files.Authority;
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(_authority);
        return policy;
    }

    private HttpClient Client()
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Policy() },
        };
        _open.Add(handler);
        var client = new HttpClient(handler, disposeHandler: false)
        {
            BaseAddress = new Uri($"https://{_server!.Address}/"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // The name the certificate must carry follows from it.
        client.DefaultRequestHeaders.Host = Names.ServerName;
        return client;
    }
}
