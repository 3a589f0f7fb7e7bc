using System.Net;
using System.Net.Http.Headers;
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => _folder.Combine("data");

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
        SidecarProgram program = SidecarProgram.Need();
        string config = await ConfigAsync("{kind: none}");
        await using (SidecarProcess first = SidecarProcess.Serve(program, Data, "--config", config))
        {
            using HttpClient writer = await ClientAsync(first);
            await PutAsync(writer, 0);
            Assert.Equal(0, await first.StopAsync(Cancellation));
        }

        // Nothing listens on the first port of the machine.
        var nowhere = new S3Endpoint(new Uri("http://127.0.0.1:1"), "key", "secret", "us-east-1", "bucket");
        config = await ConfigAsync(S3Settings(nowhere, "p"));
        await using SidecarProcess sidecar = SidecarProcess.Serve(program, Data, "--config", config);
        using HttpClient client = await ClientAsync(sidecar);
        Assert.Equal(ValueOf(0), await client.GetStringAsync(PathOf(0), Cancellation));
        await UntilAsync(async () =>
        {
            using HttpResponseMessage ready = await client.GetAsync(new Uri("/healthz/ready", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
            return (await ready.Content.ReadAsStringAsync(Cancellation)).StartsWith("degraded: the cold store", StringComparison.Ordinal);
        });
        await PutAsync(client, 1);
        Assert.Equal(ValueOf(1), await client.GetStringAsync(PathOf(1), Cancellation));
        JsonElement status = await StatusAsync(client);
        Assert.NotEmpty(status.GetProperty("degraded").EnumerateArray());
        Assert.NotNull(status.GetProperty("cold").GetProperty("lastFailure").GetString());
        Assert.DoesNotContain("\"secret\"", status.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await sidecar.StopAsync(Cancellation));
    }

    [Fact]
    public async Task What_was_drained_is_served_by_a_sidecar_that_starts_with_nothing()
    {
        SidecarProgram program = SidecarProgram.Need();
        // Nothing is shipped but by the drain.
        string config = await ConfigAsync($"{{kind: folder, path: {_folder.Combine("cold")}, shipIntervalSeconds: 86400}}");
        await File.AppendAllTextAsync(config, "data: {restore: whenEmpty}\n", Cancellation);
        await using (SidecarProcess first = SidecarProcess.Serve(program, Data, "--config", config))
        {
            using HttpClient client = await ClientAsync(first);
            for (int i = 0; i < Records; i++)
                await PutAsync(client, i);
            using HttpResponseMessage drained = await client.SendAsync(await AuthorizedAsync(HttpMethod.Post, "/v1/admin/drain"), Cancellation);
            string body = await drained.Content.ReadAsStringAsync(Cancellation);
            Assert.True(drained.StatusCode == HttpStatusCode.OK, body);
            JsonElement report = JsonDocument.Parse(body).RootElement;
            Assert.True(report.GetProperty("done").GetBoolean());
            Assert.True(report.GetProperty("recoverySequence").GetUInt64() >= Records);
            await first.KillAsync(Cancellation);
        }

        Directory.Delete(Data, recursive: true);
        await using SidecarProcess second = SidecarProcess.Serve(program, Data, "--config", config);
        using HttpClient reader = await ClientAsync(second);
        for (int i = 0; i < Records; i++)
            Assert.Equal(ValueOf(i), await reader.GetStringAsync(PathOf(i), Cancellation));
        Assert.Equal(0, await second.StopAsync(Cancellation));
    }

    private async Task LoseTheNodeAsync(string cold)
    {
        SidecarProgram program = SidecarProgram.Need();
        string config = await ConfigAsync(cold);
        await using (SidecarProcess first = SidecarProcess.Serve(program, Data, "--config", config))
        {
            using HttpClient client = await ClientAsync(first);
            for (int i = 0; i < Records; i++)
                await PutAsync(client, i);
            await UntilAsync(async () =>
                (await StatusAsync(client)).GetProperty("cold").GetProperty("recoverySequence").GetUInt64() >= Records);
            await first.KillAsync(Cancellation);
        }

        Directory.Delete(Data, recursive: true);
        await using (SidecarProcess restore = SidecarProcess.Start(program, ["restore", "--config", config, "--data", Data]))
        {
            int? code = await restore.ExitAsync(Cancellation);
            Assert.True(code == 0, $"restore ended with {code}:\n{restore.Output}");
            Assert.Contains("is fenced", restore.Output, StringComparison.Ordinal);
        }

        await using SidecarProcess second = SidecarProcess.Serve(program, Data, "--config", config);
        using HttpClient reader = await ClientAsync(second);
        for (int i = 0; i < Records; i++)
            Assert.Equal(ValueOf(i), await reader.GetStringAsync(PathOf(i), Cancellation));
        Assert.Equal(0, await second.StopAsync(Cancellation));
    }

    private static Uri PathOf(int i) => new($"/v1/kv/c/k{i}", UriKind.Relative);

    private static string ValueOf(int i) => $"value {i} " + new string((char)('a' + (i % 26)), 50 + i);

    private string S3Settings(S3Endpoint endpoint, string prefix)
    {
        File.WriteAllText(_folder.Combine("access"), endpoint.AccessKey);
        File.WriteAllText(_folder.Combine("secret"), endpoint.SecretKey);
        return $"{{kind: s3, bucket: {endpoint.Bucket}, prefix: {prefix}, region: {endpoint.Region}, endpoint: \"{endpoint.Address}\", "
            + $"accessKeyFile: {_folder.Combine("access")}, secretKeyFile: {_folder.Combine("secret")}, shipIntervalSeconds: 1}}";
    }

    private async Task<string> ConfigAsync(string cold)
    {
        string file = _folder.Combine("thermocline.yaml");
        await File.WriteAllTextAsync(file, $"tiers:\n  cold: {cold}\n", Cancellation);
        return file;
    }

    private async Task<JsonElement> StatusAsync(HttpClient client)
    {
        using HttpResponseMessage answer = await client.SendAsync(await AuthorizedAsync(HttpMethod.Get, "/v1/status"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
    }

    private async Task<HttpRequestMessage> AuthorizedAsync(HttpMethod method, string path)
    {
        string token = await File.ReadAllTextAsync(Path.Combine(Data, "admin.token"), Cancellation);
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        return request;
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

    private static async Task PutAsync(HttpClient client, int i)
    {
        using var content = new StringContent(ValueOf(i));
        using HttpResponseMessage answer = await client.PutAsync(PathOf(i), content, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
