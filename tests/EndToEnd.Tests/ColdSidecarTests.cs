using System.Net;
using System.Text.Json;
using Thermocline.EndToEnd.Tests.Cold;
using Thermocline.Testing;
using Thermocline.Testing.Processes;
using Thermocline.Testing.S3;
using Xunit;

namespace Thermocline.EndToEnd.Tests;

/// <summary>The sidecar as a process with a cold store: killed, wiped, restored; and started while the cold store is away.</summary>
public sealed class ColdSidecarTests(S3Services services) : IDisposable
{
    private const int Records = 200;

    private readonly ServedFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task What_was_shipped_to_a_folder_survives_the_loss_of_the_node() =>
        LoseTheNodeAsync($"{{kind: folder, path: {_folder.Combine("cold")}, shipIntervalSeconds: 1}}");

    [Fact]
    public async Task What_was_shipped_to_S3_survives_the_loss_of_the_node()
    {
        S3Endpoint endpoint = await services.UseAsync(S3Kind.Moto);
        await LoseTheNodeAsync(S3Settings(endpoint, Guid.NewGuid().ToString("N")));
    }

    [Fact]
    public async Task Started_while_the_cold_store_is_away_it_serves_local_data_and_says_degraded()
    {
        Configure("{kind: none}");
        await using (SidecarProcess first = _folder.Serve())
        {
            using HttpClient writer = await ServedFolder.ClientAsync(first);
            await PutAsync(writer, 0);
            Assert.Equal(0, await first.StopAsync(Cancellation));
        }

        // Nothing listens on the first port of the machine.
        var nowhere = new S3Endpoint(new Uri("http://127.0.0.1:1"), "key", "secret", "us-east-1", "bucket");
        Configure(S3Settings(nowhere, "p"));
        await using SidecarProcess sidecar = _folder.Serve();
        using HttpClient client = await ServedFolder.ClientAsync(sidecar);
        Assert.Equal(ValueOf(0), await GetAsync(client, 0));
        await Eventually.IsAsync(async () =>
        {
            using HttpResponseMessage ready = await client.GetAsync(new Uri("/healthz/ready", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
            return (await ready.Content.ReadAsStringAsync(Cancellation)).StartsWith("degraded: the cold store", StringComparison.Ordinal);
        }, Cancellation);
        await PutAsync(client, 1);
        Assert.Equal(ValueOf(1), await GetAsync(client, 1));
        JsonElement status = await _folder.StatusAsync(client);
        Assert.NotEmpty(status.GetProperty("degraded").EnumerateArray());
        Assert.NotNull(status.GetProperty("cold").GetProperty("lastFailure").GetString());
        Assert.DoesNotContain("\"secret\"", status.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_drained_is_served_by_a_sidecar_that_starts_with_nothing()
    {
        // Nothing is shipped but by the drain.
        Configure($"{{kind: folder, path: {_folder.Combine("cold")}, shipIntervalSeconds: 86400}}", "data: {restore: whenEmpty}");
        await using (SidecarProcess first = _folder.Serve())
        {
            using HttpClient client = await ServedFolder.ClientAsync(first);
            for (int i = 0; i < Records; i++)
                await PutAsync(client, i);
            using HttpResponseMessage drained = await _folder.AskAsync(client, HttpMethod.Post, "/v1/admin/drain");
            string body = await drained.Content.ReadAsStringAsync(Cancellation);
            Assert.True(drained.StatusCode == HttpStatusCode.OK, body);
            JsonElement report = JsonDocument.Parse(body).RootElement;
            Assert.True(report.GetProperty("done").GetBoolean());
            Assert.True(report.GetProperty("recoverySequence").GetUInt64() >= Records);
            await first.KillAsync(Cancellation);
        }

        _folder.LoseData();
        await using SidecarProcess second = _folder.Serve();
        using HttpClient reader = await ServedFolder.ClientAsync(second);
        for (int i = 0; i < Records; i++)
            Assert.Equal(ValueOf(i), await GetAsync(reader, i));
        Assert.Equal(0, await second.StopAsync(Cancellation));
    }

    private async Task LoseTheNodeAsync(string cold)
    {
        Configure(cold);
        await using (SidecarProcess first = _folder.Serve())
        {
            using HttpClient client = await ServedFolder.ClientAsync(first);
            for (int i = 0; i < Records; i++)
                await PutAsync(client, i);
            await _folder.ShippedAsync(client, Records);
            await first.KillAsync(Cancellation);
        }

        _folder.LoseData();
        Assert.Contains("is fenced", await _folder.RunAsync("restore", "--data", _folder.Data), StringComparison.Ordinal);
        await using SidecarProcess second = _folder.Serve();
        using HttpClient reader = await ServedFolder.ClientAsync(second);
        for (int i = 0; i < Records; i++)
            Assert.Equal(ValueOf(i), await GetAsync(reader, i));
        Assert.Equal(0, await second.StopAsync(Cancellation));
    }

    private static string ValueOf(int i) => $"value {i} " + new string((char)('a' + (i % 26)), 50 + i);

    private string S3Settings(S3Endpoint endpoint, string prefix)
    {
        File.WriteAllText(_folder.Combine("access"), endpoint.AccessKey);
        File.WriteAllText(_folder.Combine("secret"), endpoint.SecretKey);
        return $"{{kind: s3, bucket: {endpoint.Bucket}, prefix: {prefix}, region: {endpoint.Region}, endpoint: \"{endpoint.Address}\", "
            + $"accessKeyFile: {_folder.Combine("access")}, secretKeyFile: {_folder.Combine("secret")}, shipIntervalSeconds: 1}}";
    }

    private void Configure(string cold, string more = "") => _folder.Configure($"tiers:\n  cold: {cold}\n{more}\n");

    private static Task PutAsync(HttpClient client, int i) => ServedFolder.PutAsync(client, $"k{i}", ValueOf(i));

    private static Task<string> GetAsync(HttpClient client, int i) => ServedFolder.GetAsync(client, $"k{i}");
}
