using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.EndToEnd.Tests.Cold;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Processes;
using Thermocline.Testing.S3;
using Thermocline.Testing.Wire;
using Xunit;

namespace Thermocline.EndToEnd.Tests;

/// <summary>The sidecar as a process whose keys to a real service come from a secret of Dapr's.</summary>
public sealed class SecretKeysTests(S3Services services) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => _folder.Combine("data");

    private string TokenFile => _folder.Combine("token");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Started_before_Dapr_it_ships_once_the_keys_are_there_and_the_commands_use_them_too()
    {
        SidecarProgram program = SidecarProgram.Need();
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Swift);
        int port = LoopbackPort.Free();
        await File.WriteAllTextAsync(TokenFile, "let-me-in-7", Cancellation);
        string config = await ConfigAsync(endpoint, new Uri($"http://127.0.0.1:{port}"));
        using SecretStandIn dapr = await ServeWithoutDaprAsync(program, config, port, endpoint);
        Directory.Delete(Data, recursive: true);
        await RunAsync(program, "cold", "probe", "--config", config);
        await RunAsync(program, "restore", "--config", config, "--data", Data);
        await RunAsync(program, "optimize", "--config", config, "--data", Data);
        await using SidecarProcess second = SidecarProcess.Serve(program, Data, "--config", config);
        using HttpClient reader = await ClientAsync(second);
        Assert.Equal("first", await reader.GetStringAsync(PathOf("first"), Cancellation));
        Assert.Equal(0, await second.StopAsync(Cancellation));
        Assert.True(dapr.Requests < 30, $"{dapr.Requests} questions.");
    }

    [Fact]
    public async Task Keys_that_are_changed_at_the_service_are_taken_up_without_a_restart_and_a_poor_secret_is_explained()
    {
        SidecarProgram program = SidecarProgram.Need();
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Moto);
        await using var service = new FaultProxy(endpoint.Address) { Admits = Under("AKIAFIRST") };
        using var dapr = new SecretStandIn();
        dapr.Give("AKIAFIRST", "hush-hush-1");
        string config = await ConfigAsync(endpoint with { Address = service.Address }, dapr.Address);
        await using SidecarProcess sidecar = SidecarProcess.Serve(program, Data, "--config", config);
        using HttpClient client = await ClientAsync(sidecar);
        await ShipAsync(client, "first");

        service.Admits = Under("AKIASECOND");
        dapr.Give("AKIASECOND", "hush-hush-2");
        await ShipAsync(client, "second");

        service.Admits = Under("AKIATHIRD");
        dapr.Answer = (200, """{"accessKey":"AKIATHIRD","SecretKey":"hush-hush-3"}""");
        await PutAsync(client, "third");
        await UntilAsync(async () => (await ColdAsync(client)).GetProperty("lastFailure").GetString()
            ?.Contains("the secret bucket-keys of Dapr's secret store vault lacks the field secretKey", StringComparison.Ordinal) == true);
        string told = (await StatusAsync(client)).ToString() + sidecar.Output;
        foreach (string secret in (string[])["hush-hush", "AKIA"])
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);

        dapr.Give("AKIATHIRD", "hush-hush-3");
        await ShippedAsync(client, 3);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
        Assert.DoesNotContain("hush-hush", sidecar.Output, StringComparison.Ordinal);
    }

    // Serves and writes while nobody answers for Dapr; ships and ends once somebody does.
    private async Task<SecretStandIn> ServeWithoutDaprAsync(SidecarProgram program, string config, int port, S3Endpoint endpoint)
    {
        await using SidecarProcess sidecar = SidecarProcess.Serve(program, Data, "--config", config);
        using HttpClient client = await ClientAsync(sidecar);
        await PutAsync(client, "first");
        await UntilAsync(async () => (await ColdAsync(client)).GetProperty("lastFailure").GetString()
            ?.Contains("the secret bucket-keys of Dapr's secret store vault, does not answer", StringComparison.Ordinal) == true);
        Assert.Equal("first", await client.GetStringAsync(PathOf("first"), Cancellation));
        var dapr = new SecretStandIn(port) { Token = "let-me-in-7" };
        dapr.Give(endpoint.AccessKey, endpoint.SecretKey);
        await ShippedAsync(client, 1);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
        return dapr;
    }

    private static Predicate<string> Under(string accessKey) =>
        fields => fields.Contains($"Credential={accessKey}/", StringComparison.Ordinal);

    private static Uri PathOf(string key) => new($"/v1/kv/c/{key}", UriKind.Relative);

    private async Task<string> ConfigAsync(S3Endpoint endpoint, Uri dapr)
    {
        string file = _folder.Combine("thermocline.yaml");
        string token = File.Exists(TokenFile) ? $", apiTokenFile: {TokenFile}" : "";
        await File.WriteAllTextAsync(
            file,
            $"""
            tiers:
              cold: {"{"}kind: s3, bucket: {endpoint.Bucket}, prefix: {Guid.NewGuid():N}, region: {endpoint.Region}, endpoint: "{endpoint.Address}",
                secretStore: vault, secret: bucket-keys, shipIntervalSeconds: 1{"}"}
            dapr: {"{"}endpoint: "{dapr}"{token}{"}"}
            """,
            Cancellation);
        return file;
    }

    private static async Task RunAsync(SidecarProgram program, params string[] arguments)
    {
        await using SidecarProcess command = SidecarProcess.Start(program, arguments);
        int? code = await command.ExitAsync(Cancellation);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}:\n{command.Output}");
    }

    private async Task ShipAsync(HttpClient client, string key)
    {
        ulong before = (await ColdAsync(client)).GetProperty("recoverySequence").GetUInt64();
        await PutAsync(client, key);
        await ShippedAsync(client, before + 1);
    }

    private Task ShippedAsync(HttpClient client, ulong sequence) =>
        UntilAsync(async () => (await ColdAsync(client)).GetProperty("recoverySequence").GetUInt64() >= sequence);

    private async Task<JsonElement> ColdAsync(HttpClient client) => (await StatusAsync(client)).GetProperty("cold");

    private async Task<JsonElement> StatusAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/status", UriKind.Relative));
        string token = await File.ReadAllTextAsync(Path.Combine(Data, "admin.token"), Cancellation);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        using HttpResponseMessage answer = await client.SendAsync(request, Cancellation);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
    }

    /// <summary>Asks again and again until it is so; fails when it never is.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await isSo())
            Assert.False(limit.IsCancellationRequested, "It did not come to be so.");
    }

    private static async Task<HttpClient> ClientAsync(SidecarProcess sidecar)
    {
        Uri? address = await sidecar.ReadyAsync(Cancellation);
        Assert.True(address is not null, $"The sidecar did not start:\n{sidecar.Output}");
        return new HttpClient { BaseAddress = address };
    }

    private static async Task PutAsync(HttpClient client, string key)
    {
        using var content = new StringContent(key);
        using HttpResponseMessage answer = await client.PutAsync(PathOf(key), content, Cancellation);
        answer.EnsureSuccessStatusCode();
    }
}
