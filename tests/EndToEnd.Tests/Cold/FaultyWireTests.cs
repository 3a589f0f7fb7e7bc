using System.Text;
using Thermocline.Store;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Cold.S3;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.S3;
using Thermocline.Testing.Wire;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Cold;

/// <summary>A real service behind a wire on which one thing goes wrong at a time.</summary>
public sealed class FaultyWireTests(S3Services services) : IAsyncLifetime
{
    private static readonly ResilienceOptions Eager = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        RetryDelayMax = TimeSpan.FromMilliseconds(5),
    };

    private readonly string _prefix = Guid.NewGuid().ToString("N");
    private S3Endpoint _endpoint = null!;
    private S3ColdStore _direct = null!;
    private FaultProxy _wire = null!;
    private ResilientColdStore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await services.UseAsync(S3Kind.Moto);
        _direct = new S3ColdStore(_endpoint.Options(_prefix), TimeProvider.System);
        _wire = new FaultProxy(_endpoint.Address);
        _store = Through(Eager, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        // A test that is skipped has none of them.
        _store?.Dispose();
        _direct?.Dispose();
        if (_wire is not null)
            await _wire.DisposeAsync();
    }

    [Theory]
    [InlineData(WireFault.Busy)]
    [InlineData(WireFault.Reset)]
    [InlineData(WireFault.AnswerLost)]
    [InlineData(WireFault.CutBody)]
    [InlineData(WireFault.LengthTooLong)]
    public async Task A_whole_object_arrives_in_spite_of(WireFault fault)
    {
        await PutAsync(_direct, "a", "0123456789");
        _wire.Next(fault, fault);
        Assert.Equal("0123456789", await TextAsync(_store, "a"));
        AssertCounted(ColdOperation.Get, requests: 3, failures: 2, bytesIn: 10);
    }

    [Theory]
    [InlineData(WireFault.Busy)]
    [InlineData(WireFault.Reset)]
    [InlineData(WireFault.AnswerLost)]
    [InlineData(WireFault.CutBody)]
    [InlineData(WireFault.LengthTooLong)]
    [InlineData(WireFault.LengthTooShort)]
    public async Task A_range_arrives_in_spite_of(WireFault fault)
    {
        await PutAsync(_direct, "a", "0123456789");
        _wire.Next(fault, fault);
        byte[] range = new byte[6];
        Assert.True(await _store.ReadAsync("a", 2, range, Stop));
        Assert.Equal("234567", Encoding.UTF8.GetString(range));
        AssertCounted(ColdOperation.Read, requests: 3, failures: 2, bytesIn: 6);
    }

    [Theory]
    [InlineData(WireFault.Busy, 0)]
    [InlineData(WireFault.Reset, 0)]
    [InlineData(WireFault.Conflict, 0)]
    [InlineData(WireFault.AnswerLost, 1)]
    public async Task A_conditional_put_is_done_once_in_spite_of(WireFault fault, int found)
    {
        string tag = await PutAsync(_direct, "manifest", "before");
        _wire.Next(fault);
        ColdPut put = await PutAsync(_store, "manifest", "after", ColdCondition.IfVersion(tag));
        Assert.Equal((await _direct.HeadAsync("manifest", Stop))!.Value.Tag, put.Tag);
        Assert.Equal("after", await TextAsync(_direct, "manifest"));
        Assert.Equal(found, _store.Status.LostAnswersFound);
        AssertCounted(ColdOperation.Put, requests: 2, failures: 1, bytesOut: found == 1 ? 0 : 5);
    }

    [Fact]
    public async Task A_condition_that_failed_is_an_answer_and_not_asked_again()
    {
        _wire.Next(WireFault.PreconditionFailed);
        Assert.False((await PutAsync(_store, "manifest", "x", ColdCondition.IfAbsent)).IsDone);
        Assert.Single(_wire.Requests);
        AssertCounted(ColdOperation.Put, requests: 1, failures: 0);
    }

    [Fact]
    public async Task An_upload_in_parts_whose_last_answer_was_lost_is_found()
    {
        byte[] content = new byte[17 << 20];
        new Random(5).NextBytes(content);
        using IFile file = new MemoryFiles().Create("source", 0);
        file.Write(content, 0);
        int completions = 0;
        _wire.Rule = request => request.Method == "POST" && request.Target.Contains("uploadId=", StringComparison.Ordinal)
            && ++completions == 1 ? WireFault.AnswerLost : WireFault.None;
        Assert.True((await _store.UploadAsync("segments/a.seg", file, ColdCondition.IfAbsent, Stop)).IsDone);
        Assert.Equal(1, _store.Status.LostAnswersFound);
        Assert.Equal(0, await _direct.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddDays(1), Stop));
    }

    [Fact]
    public async Task An_upload_that_was_given_up_leaves_parts_that_are_discarded_by_age()
    {
        using IFile file = new MemoryFiles().Create("source", 17 << 20);

        // Parts and the abort of the upload fail, as when a process is killed.
        _wire.Rule = request => request.Target.Contains("uploadId=", StringComparison.Ordinal) ? WireFault.Busy : WireFault.None;
        using ResilientColdStore once = Through(Eager with { RetriesMax = 0 }, TimeProvider.System);
        Assert.Equal(StoreFault.ColdUnavailable, (await Assert.ThrowsAsync<StoreException>(
            async () => await once.UploadAsync("segments/a.seg", file, ColdCondition.None, Stop))).Fault);
        Assert.Null(await _direct.HeadAsync("segments/a.seg", Stop));
        Assert.Equal(0, await _direct.DiscardUnfinishedAsync(DateTimeOffset.UnixEpoch, Stop));
        Assert.Equal(1, await _direct.DiscardUnfinishedAsync(DateTimeOffset.UtcNow.AddDays(1), Stop));
    }

    [Fact]
    public async Task A_slow_first_byte_is_waited_for()
    {
        await PutAsync(_direct, "a", "x");
        _wire.Next(WireFault.SlowFirstByte);
        Task<string?> reading = TextAsync(_store, "a");
        await _wire.ArrivalAsync(Stop);
        Assert.False(reading.IsCompleted);
        _wire.Release();
        Assert.Equal("x", await reading);
        AssertCounted(ColdOperation.Get, requests: 1, failures: 0, bytesIn: 1);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_given_up_at_its_time()
    {
        var time = new SteppedTime();
        using ResilientColdStore store = Through(Eager with { RetriesMax = 0 }, time);
        _wire.Next(WireFault.Hold);
        Task<ColdObject?> reading = store.GetAsync("a", 100, Stop).AsTask();
        await _wire.ArrivalAsync(Stop);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(StoreFault.ColdUnavailable, (await Assert.ThrowsAsync<StoreException>(() => reading)).Fault);
        Assert.Equal(1, store.Status.Of(ColdOperation.Get).Failures);
        Assert.Null(await store.GetAsync("a", 100, Stop));
    }

    [Fact]
    public async Task A_put_whose_answer_never_comes_is_looked_up()
    {
        var time = new SteppedTime();
        using ResilientColdStore store = Through(Eager with { RetriesMax = 0 }, time);
        _wire.Next(WireFault.AnswerHeld);
        Task<ColdPut> putting = store.PutAsync("manifest", "x"u8.ToArray(), ColdCondition.IfAbsent, Stop).AsTask();
        await _wire.ArrivalAsync(Stop);
        while (await _direct.HeadAsync("manifest", Stop) is null)
            await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.True((await putting).IsDone);
        Assert.Equal(1, store.Status.LostAnswersFound);
    }

    [Fact]
    public async Task An_earlier_body_is_taken_for_the_present_one_but_its_tag_replaces_nothing()
    {
        string first = await PutAsync(_direct, "manifest", "first");
        Assert.Equal("first", await TextAsync(_store, "manifest"));
        await PutAsync(_direct, "manifest", "second");
        _wire.Next(WireFault.Stale);
        ColdObject stale = (await _store.GetAsync("manifest", 100, Stop))!;
        Assert.Equal(first, stale.Tag);
        Assert.False((await PutAsync(_store, "manifest", "third", ColdCondition.IfVersion(stale.Tag))).IsDone);
        Assert.Equal("second", await TextAsync(_store, "manifest"));
    }

    [Fact]
    public async Task The_circuit_opens_sends_nothing_for_a_while_and_closes()
    {
        var time = new SteppedTime();
        using ResilientColdStore store = Through(Eager with { RetriesMax = 0 }, time);
        _wire.Rule = _ => WireFault.Busy;
        for (int i = 0; i < 5; i++)
            await Assert.ThrowsAsync<StoreException>(() => TextAsync(store, "a"));
        Assert.Equal((ColdCircuit.Open, 1), (store.Status.Circuit, store.Status.Openings));
        StoreException rejected = await Assert.ThrowsAsync<StoreException>(() => TextAsync(store, "a"));
        Assert.Equal(StoreFault.ColdUnavailable, rejected.Fault);
        Assert.Equal(5, _wire.Requests.Count);

        _wire.Rule = null;
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await TextAsync(store, "a"));
        ColdOperationStatus gets = store.Status.Of(ColdOperation.Get);
        Assert.Equal((ColdCircuit.Closed, 6, 5, 1), (store.Status.Circuit, gets.Requests, gets.Failures, gets.Rejections));
        Assert.Contains("503", store.Status.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_a_listing_and_a_deletion_are_asked_again()
    {
        _wire.Next(WireFault.Busy, WireFault.None, WireFault.AnswerLost);
        Assert.True((await _store.ProbeAsync(Stop)).ConditionalWrites);
        await PutAsync(_direct, "a", "x");
        _wire.Next(WireFault.CutBody);
        await foreach (ColdEntry entry in _store.ListAsync("a", Stop))
            Assert.Equal("a", entry.Name);
        AssertCounted(ColdOperation.List, requests: 2, failures: 1);
        _wire.Next(WireFault.AnswerLost);
        await _store.DeleteAsync(["a"], Stop);
        AssertCounted(ColdOperation.Delete, requests: 2, failures: 1);
        Assert.Null(await TextAsync(_direct, "a"));
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable()
    {
        await _wire.DisposeAsync();
        StoreException told = await Assert.ThrowsAsync<StoreException>(() => TextAsync(_store, "a"));
        Assert.Equal(StoreFault.ColdUnavailable, told.Fault);
        Assert.Contains("refused", told.Message, StringComparison.OrdinalIgnoreCase);
        _wire = new FaultProxy(_endpoint.Address);
    }

    private static async Task<string> PutAsync(IColdStore store, string name, string text) =>
        (await PutAsync(store, name, text, ColdCondition.None)).Tag!;

    private static Task<ColdPut> PutAsync(IColdStore store, string name, string text, ColdCondition condition) =>
        store.PutAsync(name, Encoding.UTF8.GetBytes(text), condition, Stop).AsTask();

    private static async Task<string?> TextAsync(IColdStore store, string name) =>
        await store.GetAsync(name, 1000, Stop) is { } found ? Encoding.UTF8.GetString(found.Content.Span) : null;

    private ResilientColdStore Through(ResilienceOptions options, TimeProvider time) => new(
        new S3ColdStore((_endpoint with { Address = _wire.Address }).Options(_prefix), TimeProvider.System), options, time);

    private void AssertCounted(ColdOperation operation, int requests, int failures, int bytesIn = 0, int bytesOut = 0)
    {
        ColdOperationStatus counted = _store.Status.Of(operation);
        Assert.Equal((requests, failures, failures), (counted.Requests, counted.Failures, counted.Retries));
        Assert.Equal((bytesIn, bytesOut), (counted.BytesIn, counted.BytesOut));
        Assert.True(counted.LatencyMax > TimeSpan.Zero && counted.LatencySum >= counted.LatencyMax);
    }
}
