using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Http;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class DrainEndpointTests : IDisposable
{
    private const string Quiet = "tiers: {cold: {shipIntervalSeconds: 3600}}";

    private readonly MemoryColdStore _bucket = new(TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bucket.Dispose();

    [Fact]
    public async Task Everything_acknowledged_is_in_the_bucket_when_it_answers()
    {
        await using RunningSidecar sidecar = await StartAsync();
        for (int i = 0; i < 20; i++)
            (await sidecar.PutAsync($"/v1/kv/c/k{i}", [(byte)i])).Dispose();
        using HttpResponseMessage answer = await DrainAsync(sidecar);
        DrainReport report = await ReportAsync(answer);
        Assert.Equal((true, 20UL, 20UL), (report.Done, report.Sequence, report.RecoverySequence));
        Assert.Equal(20, await RestoredAsync(20));
        using HttpResponseMessage again = await DrainAsync(sidecar);
        Assert.True((await ReportAsync(again)).Done);
    }

    [Fact]
    public async Task A_store_nothing_was_written_to_is_drained_and_leaves_nothing_in_the_bucket()
    {
        await using RunningSidecar sidecar = await StartAsync();
        using HttpResponseMessage answer = await DrainAsync(sidecar);
        DrainReport report = await ReportAsync(answer);
        Assert.Equal((true, 0UL, 0UL), (report.Done, report.Sequence, report.RecoverySequence));
        Assert.Empty(_bucket.Calls);
    }

    [Fact]
    public async Task Without_a_cold_store_it_is_refused()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage answer = await DrainAsync(sidecar);
        await answer.AssertProblemAsync(409, ProblemCode.NoColdStore);
    }

    [Theory]
    [InlineData(ColdTrouble.Unavailable)]
    [InlineData(ColdTrouble.Refused)]
    public async Task While_the_cold_store_is_away_it_says_what_is_missing_and_nothing_is_lost(ColdTrouble trouble)
    {
        await using RunningSidecar sidecar = await StartAsync();
        (await sidecar.PutAsync("/v1/kv/c/k0", [0])).Dispose();
        using (HttpResponseMessage first = await DrainAsync(sidecar))
            Assert.True((await ReportAsync(first)).Done);
        (await sidecar.PutAsync("/v1/kv/c/k1", [1])).Dispose();
        _bucket.Rule = _ => trouble;
        using (HttpResponseMessage away = await DrainAsync(sidecar))
        {
            JsonElement problem = await away.AssertProblemAsync(503, ProblemCode.ColdUnavailable);
            Assert.False(problem.GetProperty("done").GetBoolean());
            Assert.Equal((2UL, 1UL), (problem.GetProperty("sequence").GetUInt64(), problem.GetProperty("recoverySequence").GetUInt64()));
            Assert.StartsWith("Writes up to 1 of 2", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        using (HttpResponseMessage local = await sidecar.GetAsync("/v1/kv/c/k1"))
            Assert.Equal(HttpStatusCode.OK, local.StatusCode);
        _bucket.Rule = null;
        using HttpResponseMessage back = await DrainAsync(sidecar);
        Assert.True((await ReportAsync(back)).Done);
        Assert.Equal(2, await RestoredAsync(2));
    }

    [Fact]
    public async Task Two_at_once_are_one_too_many_and_time_that_runs_out_is_said()
    {
        await using RunningSidecar sidecar = await StartAsync();
        (await sidecar.PutAsync("/v1/kv/c/k0", [0])).Dispose();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bucket.Rule = _ =>
        {
            asked.TrySetResult();
            return ColdTrouble.Hangs;
        };
        Task<HttpResponseMessage> first = DrainAsync(sidecar, "?timeoutSeconds=2");
        await asked.Task.WaitAsync(Cancellation);
        using (HttpResponseMessage second = await DrainAsync(sidecar))
            await second.AssertProblemAsync(429, ProblemCode.Busy);
        using HttpResponseMessage slow = await first;
        JsonElement problem = await slow.AssertProblemAsync(503, ProblemCode.ColdUnavailable);
        Assert.False(problem.GetProperty("done").GetBoolean());
        Assert.Contains("The time given was not enough", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        _bucket.Rule = null;
    }

    [Fact]
    public async Task It_asks_for_the_token_and_for_a_limit_that_makes_sense()
    {
        await using RunningSidecar sidecar = await StartAsync();
        using (HttpResponseMessage nobody = await sidecar.AdminClient.PostAsync(new Uri("/v1/admin/drain", UriKind.Relative), null, Cancellation))
            await nobody.AssertProblemAsync(401, ProblemCode.TokenRequired);
        foreach (string query in (string[])["?timeoutSeconds=0", "?timeoutSeconds=601", "?timeout=5"])
        {
            using HttpResponseMessage wrong = await DrainAsync(sidecar, query);
            await wrong.AssertProblemAsync(400, ProblemCode.ParameterInvalid);
        }
    }

    [Fact]
    public async Task A_sidecar_with_an_empty_folder_brings_its_store_back_when_it_may()
    {
        const string restoring = Quiet + "\ndata: {restore: whenEmpty}";
        await using (RunningSidecar fresh = await StartAsync(restoring))
        {
            (await fresh.PutAsync("/v1/kv/c/k0", [7])).Dispose();
            using HttpResponseMessage answer = await DrainAsync(fresh);
            Assert.True((await ReportAsync(answer)).Done);
        }

        await using RunningSidecar again = await StartAsync(restoring);
        Assert.Equal([7], await again.Client.GetByteArrayAsync(new Uri("/v1/kv/c/k0", UriKind.Relative), Cancellation));
        Assert.Contains("The data folder was empty: restored", again.Log.Text, StringComparison.Ordinal);
        // And it is the store's own folder from then on: what is written goes to the same bucket.
        (await again.PutAsync("/v1/kv/c/k1", [8])).Dispose();
        using HttpResponseMessage drained = await DrainAsync(again);
        Assert.True((await ReportAsync(drained)).Done);
        Assert.Equal(2, await RestoredAsync(2));
    }

    [Fact]
    public async Task A_folder_that_holds_records_is_left_as_it_is()
    {
        using var folder = new TempFolder();
        const string restoring = Quiet + "\ndata: {restore: whenEmpty}";
        await using (RunningSidecar first = await StartAsync(restoring, folder.Path))
            (await first.PutAsync("/v1/kv/c/k0", [1])).Dispose();
        await using RunningSidecar second = await StartAsync(restoring, folder.Path);
        Assert.Equal([1], await second.Client.GetByteArrayAsync(new Uri("/v1/kv/c/k0", UriKind.Relative), Cancellation));
        Assert.DoesNotContain("restored", second.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_does_not_begin_another_store_while_nobody_can_say_whether_there_is_one()
    {
        _bucket.Rule = _ => ColdTrouble.Unavailable;
        StoreException failure = await Assert.ThrowsAsync<StoreException>(() => StartAsync(Quiet + "\ndata: {restore: whenEmpty}"));
        Assert.Equal(StoreFault.ColdUnavailable, failure.Fault);
    }

    private Task<RunningSidecar> StartAsync(string yaml = Quiet, string? folder = null) => RunningSidecar.StartAsync(
        yaml.Replace("{cold: {", "{cold: {kind: folder, path: /nowhere, ", StringComparison.Ordinal), folder,
        cold: new ResilientColdStore(_bucket, new ResilienceOptions { RetriesMax = 0, CircuitFailures = 1_000 }, TimeProvider.System));

    private static async Task<HttpResponseMessage> DrainAsync(RunningSidecar sidecar, string query = "")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri("/v1/admin/drain" + query, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sidecar.Token);
        return await sidecar.AdminClient.SendAsync(request, Cancellation);
    }

    private static async Task<DrainReport> ReportAsync(HttpResponseMessage answer)
    {
        string body = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        return JsonSerializer.Deserialize(body, StatusJson.Default.DrainReport)!;
    }

    /// <summary>How many of the first so many keys come back from the bucket alone.</summary>
    private async Task<int> RestoredAsync(int keys)
    {
        var files = new MemoryFiles();
        await TieredStore.RestoreAsync(files, _bucket, TimeProvider.System, whole: true, null, Cancellation);
        using TieredStore restored = TieredStore.Open(new StoreOptions(), files, TimeProvider.System);
        int found = 0;
        for (int i = 0; i < keys; i++)
        {
            using ReadLease lease = restored.Read(Keys.Compose("c", $"k{i}"));
            found += lease.Found ? 1 : 0;
        }

        return found;
    }
}
