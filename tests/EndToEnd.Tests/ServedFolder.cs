using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Testing;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests;

/// <summary>A configuration and the data of the sidecars that a test starts on them, one after another.</summary>
internal sealed class ServedFolder : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Data => _folder.Combine("data");

    public string Configuration => _folder.Combine("thermocline.yaml");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Combine(string name) => _folder.Combine(name);

    /// <summary>Writes the configuration.</summary>
    public void Configure(string yaml) => File.WriteAllText(Configuration, yaml);

    public SidecarProcess Serve() => SidecarProcess.Serve(SidecarProgram.Need(), Data, "--config", Configuration);

    /// <summary>What a node that is lost leaves behind: nothing.</summary>
    public void LoseData() => Directory.Delete(Data, recursive: true);

    /// <summary>Runs a command on the configuration; what it printed. Fails when it ends with another code than 0.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        await using SidecarProcess command = SidecarProcess.Start(SidecarProgram.Need(), [.. arguments, "--config", Configuration]);
        int? code = await command.ExitAsync(Cancellation);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}:\n{command.Output}");
        return command.Output;
    }

    /// <summary>A client of the data API, once it answers.</summary>
    public static async Task<HttpClient> ClientAsync(SidecarProcess sidecar) =>
        new() { BaseAddress = await sidecar.AddressAsync(Cancellation) };

    /// <summary>Asks as the administrator.</summary>
    public async Task<HttpResponseMessage> AskAsync(HttpClient client, HttpMethod method, string path)
    {
        string token = await File.ReadAllTextAsync(Path.Combine(Data, "admin.token"), Cancellation);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        return await client.SendAsync(request, Cancellation);
    }

    public async Task<JsonElement> StatusAsync(HttpClient client)
    {
        using HttpResponseMessage answer = await AskAsync(client, HttpMethod.Get, "/v1/status");
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
    }

    /// <summary>What the status says of the cold store.</summary>
    public async Task<JsonElement> ColdAsync(HttpClient client) => (await StatusAsync(client)).GetProperty("cold");

    /// <summary>Waits until so much is in the cold store.</summary>
    public Task ShippedAsync(HttpClient client, ulong sequence) =>
        Eventually.IsAsync(async () => (await ColdAsync(client)).GetProperty("recoverySequence").GetUInt64() >= sequence, Cancellation);

    /// <summary>Writes a record of the collection <c>c</c>.</summary>
    public static async Task PutAsync(HttpClient client, string key, string value)
    {
        using var content = new StringContent(value);
        using HttpResponseMessage answer = await client.PutAsync(PathOf(key), content, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>Reads a record of the collection <c>c</c>.</summary>
    public static Task<string> GetAsync(HttpClient client, string key) => client.GetStringAsync(PathOf(key), Cancellation);

    public void Dispose() => _folder.Dispose();

    private static Uri PathOf(string key) => new($"/v1/kv/c/{key}", UriKind.Relative);
}
