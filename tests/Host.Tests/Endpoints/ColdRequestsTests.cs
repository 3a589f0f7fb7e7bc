using System.Net;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Http;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class ColdRequestsTests : IDisposable
{
    private const string Quiet = "tiers: {cold: {shipIntervalSeconds: 3600}}";

    private readonly TempFolder _folder = new();
    private readonly MemoryColdStore _bucket = new(TimeProvider.System);

    public void Dispose()
    {
        _folder.Dispose();
        _bucket.Dispose();
    }

    [Fact]
    public async Task What_lives_in_the_cold_store_alone_is_served_and_says_so()
    {
        (RunningSidecar sidecar, string memory) = await StartAsync(failures: 1_000);
        await using RunningSidecar running = sidecar;
        using (HttpResponseMessage head = await running.SendAsync(HttpMethod.Head, SunkenStore.PathOf(7), null))
            Assert.Equal((HttpStatusCode.OK, "cold"), (head.StatusCode, head.Header("Thermocline-Tier")));
        foreach (int i in (int[])[0, 299, 599])
        {
            using HttpResponseMessage get = await running.GetAsync(SunkenStore.PathOf(i));
            Assert.Equal(HttpStatusCode.OK, get.StatusCode);
            Assert.Equal(SunkenStore.ValueOf(i), await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("cold", get.Header("Thermocline-Tier"));
        }

        using HttpResponseMessage read = await running.GetAsync("/v1/memories/" + memory);
        Assert.Contains(SunkenStore.Text, await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        JsonElement page = await PageAsync(running);
        Assert.False(page.TryGetProperty("degraded", out _));
        Assert.Equal(20, page.GetProperty("entries").GetArrayLength());
        JsonElement status = await running.StatusAsync();
        JsonElement tier = status.GetProperty("tiers").GetProperty("cold");
        Assert.True(tier.GetProperty("hits").GetInt64() >= 5);
        Assert.True(tier.GetProperty("entries").GetInt64() >= SunkenStore.Records);
        JsonElement cold = status.GetProperty("cold");
        Assert.Equal("memory", cold.GetProperty("name").GetString());
        Assert.Equal("closed", cold.GetProperty("circuit").GetString());
        Assert.True(cold.GetProperty("fetches").GetInt64() > 0);
        Assert.Equal(9, cold.GetProperty("operations").GetArrayLength());
        Assert.True(status.GetProperty("compression").GetProperty("ratio").GetDouble() > 1);
        MetricsText metrics = await MetricsAsync(running);
        Assert.True(metrics.Value("thermocline_memory_reads_total{tier=\"cold\",cache_hit=\"false\"}") >= 5);
        Assert.True(metrics.Value("thermocline_active_memories{tier=\"cold\"}") >= SunkenStore.Records);
        Assert.True(metrics.Value("thermocline_cold_requests_total{operation=\"read\",outcome=\"done\"}") > 0);
        Assert.True(metrics.Value("thermocline_cold_bytes_total{direction=\"in\"}") > 0);
        Assert.Equal(0, metrics.Value("thermocline_degraded"));
        Assert.Equal(0, metrics.Value("thermocline_cold_circuit_state"));
    }

    [Theory]
    [InlineData(ColdTrouble.Unavailable)]
    [InlineData(ColdTrouble.Refused)]
    public async Task While_the_cold_store_is_away_local_data_is_served_and_the_rest_is_a_problem(ColdTrouble trouble)
    {
        (RunningSidecar sidecar, string memory) = await StartAsync(failures: 1_000);
        await using RunningSidecar running = sidecar;
        _bucket.Rule = _ => trouble;
        foreach (string path in (string[])[SunkenStore.PathOf(1), "/v1/memories/" + memory])
        {
            using HttpResponseMessage away = await running.GetAsync(path);
            JsonElement problem = await away.AssertProblemAsync(503, ProblemCode.ColdUnavailable);
            Assert.True(problem.GetProperty("degraded").GetBoolean());
            Assert.Equal("5", away.Header("Retry-After"));
        }

        Assert.Equal("here", await running.Client.GetStringAsync(new Uri(SunkenStore.LocalPath, UriKind.Relative), TestContext.Current.CancellationToken));
        using (HttpResponseMessage put = await running.PutAsync(SunkenStore.PathOf(1), "new"u8.ToArray()))
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal("new", await running.Client.GetStringAsync(new Uri(SunkenStore.PathOf(1), UriKind.Relative), TestContext.Current.CancellationToken));
        using (HttpResponseMessage condition = await running.PutAsync(SunkenStore.PathOf(2), [1], ("If-Match", "\"1\", \"2\"")))
            await condition.AssertProblemAsync(503, ProblemCode.ColdUnavailable);
        JsonElement page = await PageAsync(running);
        Assert.True(page.GetProperty("degraded").GetBoolean());
        JsonElement[] entries = [.. page.GetProperty("entries").EnumerateArray()];
        Assert.Equal(20, entries.Length);
        Assert.Equal(19, entries.Count(entry => entry.TryGetProperty("unavailable", out JsonElement code) && code.GetString() == ProblemCode.ColdUnavailable));
    }

    [Fact]
    public async Task A_search_covers_what_is_local_and_says_that_it_is_not_all()
    {
        (RunningSidecar sidecar, _) = await StartAsync(failures: 1_000);
        await using RunningSidecar running = sidecar;
        (await running.PostJsonAsync("/v1/memories", """{"text":"another wreck, near the shore"}""")).Dispose();
        _bucket.Rule = _ => ColdTrouble.Unavailable;
        JsonElement degraded = await SearchAsync(running);
        Assert.Equal(1, degraded.GetProperty("results").GetArrayLength());
        Assert.Equal(1, degraded.GetProperty("unavailable").GetInt64());
        Assert.True(degraded.GetProperty("degraded").GetBoolean());
        _bucket.Rule = null;
        JsonElement whole = await SearchAsync(running);
        Assert.Equal(2, whole.GetProperty("results").GetArrayLength());
        Assert.False(whole.TryGetProperty("degraded", out _));
        Assert.Equal(1, whole.GetProperty("tiers").GetProperty("cold").GetInt64());
    }

    [Fact]
    public async Task An_open_circuit_is_degraded_and_not_unready()
    {
        (RunningSidecar sidecar, _) = await StartAsync(failures: 2);
        await using RunningSidecar running = sidecar;
        Assert.Equal("ok", await ReadyAsync(running));
        _bucket.Rule = _ => ColdTrouble.Unavailable;
        for (int i = 0; i < 3; i++)
            (await running.GetAsync(SunkenStore.PathOf(i * 100))).Dispose();
        Assert.Equal("degraded: the cold store failed repeatedly and is left alone for a while", await ReadyAsync(running));
        JsonElement status = await running.StatusAsync();
        Assert.Single(status.GetProperty("degraded").EnumerateArray());
        Assert.Equal("open", status.GetProperty("cold").GetProperty("circuit").GetString());
        Assert.True(status.GetProperty("cold").GetProperty("fetchFailures").GetInt64() >= 3);
        MetricsText metrics = await MetricsAsync(running);
        Assert.Equal(1, metrics.Value("thermocline_degraded"));
        Assert.Equal(1, metrics.Value("thermocline_ready"));
        Assert.Equal(1, metrics.Value("thermocline_cold_circuit_state"));
        Assert.Equal(1, metrics.Value("thermocline_cold_circuit_openings_total"));
        Assert.Equal(2, metrics.Value("thermocline_cold_requests_total{operation=\"read\",outcome=\"failed\"}"));
        Assert.True(metrics.Value("thermocline_cold_requests_total{operation=\"read\",outcome=\"rejected\"}") >= 1);
    }

    [Fact]
    public async Task A_sidecar_whose_store_was_taken_over_says_so_and_goes_on_serving()
    {
        (RunningSidecar sidecar, _) = await StartAsync(failures: 1_000, "tiers: {cold: {shipIntervalSeconds: 1}}");
        await using RunningSidecar running = sidecar;
        await Eventually.IsAsync(async () => (await running.StatusAsync()).GetProperty("cold").GetProperty("claimed").GetBoolean(), TestContext.Current.CancellationToken);
        await TieredStore.RestoreAsync(
            new MemoryFiles(), _bucket, TimeProvider.System, whole: false, null, TestContext.Current.CancellationToken);
        (await running.PutAsync("/v1/kv/c/k", "still taken"u8.ToArray())).Dispose();
        await Eventually.IsAsync(async () => await ReadyAsync(running)
            == "degraded: another process has taken over the cold store: nothing is shipped any more", TestContext.Current.CancellationToken);
        Assert.Equal("still taken", await running.Client.GetStringAsync(new Uri("/v1/kv/c/k", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.False((await running.StatusAsync()).GetProperty("cold").GetProperty("claimed").GetBoolean());
        Assert.Equal(0, (await MetricsAsync(running)).Value("thermocline_cold_claimed"));
    }

    [Fact]
    public async Task A_stop_ships_what_was_written_last()
    {
        (RunningSidecar sidecar, _) = await StartAsync(failures: 1_000);
        await using (sidecar)
            (await sidecar.PutAsync("/v1/kv/c/last", "moment"u8.ToArray())).Dispose();
        var files = new MemoryFiles();
        await TieredStore.RestoreAsync(files, _bucket, TimeProvider.System, whole: true, null, TestContext.Current.CancellationToken);
        using (TieredStore restored = TieredStore.Open(new StoreOptions(), files, TimeProvider.System))
        using (ReadLease last = restored.Read(Keys.Compose("c", "last")))
            Assert.Equal("moment"u8, last.Value);
        Assert.DoesNotContain("not shipped", sidecar.Log.Text, StringComparison.Ordinal);
    }

    private async Task<(RunningSidecar Sidecar, string Memory)> StartAsync(int failures, string yaml = Quiet)
    {
        string memory = await SunkenStore.MakeAsync(_folder.Path, _bucket);
        var options = new ResilienceOptions { RetriesMax = 0, CircuitFailures = failures };
        return (await RunningSidecar.StartAsync(
            yaml, _folder.Path, cold: new ResilientColdStore(_bucket, options, TimeProvider.System)), memory);
    }

    private static Task<string> ReadyAsync(RunningSidecar running) =>
        running.Client.GetStringAsync(new Uri("/healthz/ready", UriKind.Relative), TestContext.Current.CancellationToken);

    private static async Task<MetricsText> MetricsAsync(RunningSidecar running) => MetricsText.Parse(
        await running.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));

    private static async Task<JsonElement> PageAsync(RunningSidecar running)
    {
        using HttpResponseMessage page = await running.GetAsync("/v1/kv/t?prefix=key&limit=20&values=true");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        return JsonDocument.Parse(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }

    private static async Task<JsonElement> SearchAsync(RunningSidecar running)
    {
        using HttpResponseMessage found = await running.PostJsonAsync("/v1/memories:search", """{"query":"wreck"}""");
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        return JsonDocument.Parse(await found.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
