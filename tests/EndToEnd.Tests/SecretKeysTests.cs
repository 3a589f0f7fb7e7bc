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
    private readonly ServedFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string TokenFile => _folder.Combine("token");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Started_before_Dapr_it_ships_once_the_keys_are_there_and_the_commands_use_them_too()
    {
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Swift);
        int port = LoopbackPort.Free();
        await File.WriteAllTextAsync(TokenFile, "let-me-in-7", Cancellation);
        Configure(endpoint, new Uri($"http://127.0.0.1:{port}"));
        using SecretStandIn dapr = await ServeWithoutDaprAsync(port, endpoint);
        _folder.LoseData();
        await _folder.RunAsync("cold", "probe");
        await _folder.RunAsync("restore", "--data", _folder.Data);
        await _folder.RunAsync("optimize", "--data", _folder.Data);
        await using SidecarProcess second = _folder.Serve();
        using HttpClient reader = await ServedFolder.ClientAsync(second);
        Assert.Equal("first", await ServedFolder.GetAsync(reader, "first"));
        Assert.Equal(0, await second.StopAsync(Cancellation));
        Assert.True(dapr.Requests < 30, $"{dapr.Requests} questions.");
    }

    [Fact]
    public async Task Keys_that_are_changed_at_the_service_are_taken_up_without_a_restart_and_a_poor_secret_is_explained()
    {
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Moto);
        await using var service = new FaultProxy(endpoint.Address) { Admits = Under("AKIAFIRST") };
        using var dapr = new SecretStandIn();
        dapr.Give("AKIAFIRST", "hush-hush-1");
        Configure(endpoint with { Address = service.Address }, dapr.Address);
        await using SidecarProcess sidecar = _folder.Serve();
        using HttpClient client = await ServedFolder.ClientAsync(sidecar);
        await ShipAsync(client, "first");

        service.Admits = Under("AKIASECOND");
        dapr.Give("AKIASECOND", "hush-hush-2");
        await ShipAsync(client, "second");

        service.Admits = Under("AKIATHIRD");
        dapr.Answer = (200, """{"accessKey":"AKIATHIRD","SecretKey":"hush-hush-3"}""");
        await PutAsync(client, "third");
        await Eventually.IsAsync(async () => (await _folder.ColdAsync(client)).GetProperty("lastFailure").GetString()
            ?.Contains("the secret bucket-keys of Dapr's secret store vault lacks the field secretKey", StringComparison.Ordinal) == true, Cancellation);
        string told = (await _folder.StatusAsync(client)).ToString() + sidecar.Output;
        foreach (string secret in (string[])["hush-hush", "AKIA"])
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);

        dapr.Give("AKIATHIRD", "hush-hush-3");
        await _folder.ShippedAsync(client, 3);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
        Assert.DoesNotContain("hush-hush", sidecar.Output, StringComparison.Ordinal);
    }

    // Serves and writes while nobody answers for Dapr; ships and ends once somebody does.
    private async Task<SecretStandIn> ServeWithoutDaprAsync(int port, S3Endpoint endpoint)
    {
        await using SidecarProcess sidecar = _folder.Serve();
        using HttpClient client = await ServedFolder.ClientAsync(sidecar);
        await PutAsync(client, "first");
        await Eventually.IsAsync(async () => (await _folder.ColdAsync(client)).GetProperty("lastFailure").GetString()
            ?.Contains("the secret bucket-keys of Dapr's secret store vault, does not answer", StringComparison.Ordinal) == true, Cancellation);
        Assert.Equal("first", await ServedFolder.GetAsync(client, "first"));
        var dapr = new SecretStandIn(port) { Token = "let-me-in-7" };
        dapr.Give(endpoint.AccessKey, endpoint.SecretKey);
        await _folder.ShippedAsync(client, 1);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
        return dapr;
    }

    private static Predicate<string> Under(string accessKey) =>
        fields => fields.Contains($"Credential={accessKey}/", StringComparison.Ordinal);

    private void Configure(S3Endpoint endpoint, Uri dapr)
    {
        string token = File.Exists(TokenFile) ? $", apiTokenFile: {TokenFile}" : "";
        _folder.Configure(
            $"""
            tiers:
              cold: {"{"}kind: s3, bucket: {endpoint.Bucket}, prefix: {Guid.NewGuid():N}, region: {endpoint.Region}, endpoint: "{endpoint.Address}",
                secretStore: vault, secret: bucket-keys, shipIntervalSeconds: 1{"}"}
            dapr: {"{"}endpoint: "{dapr}"{token}{"}"}
            """);
    }

    private async Task ShipAsync(HttpClient client, string key)
    {
        ulong before = (await _folder.ColdAsync(client)).GetProperty("recoverySequence").GetUInt64();
        await PutAsync(client, key);
        await _folder.ShippedAsync(client, before + 1);
    }

    private static Task PutAsync(HttpClient client, string key) => ServedFolder.PutAsync(client, key, key);
}
