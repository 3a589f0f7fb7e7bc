using System.Text;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

/// <summary>Requests that fail, on a clock that moves only from pause to pause.</summary>
public sealed class ResilientColdStoreTests : IDisposable
{
    private readonly SteppedTime _time = new();
    private readonly MemoryColdStore _memory;
    private readonly ResilientColdStore _store;

    public ResilientColdStoreTests()
    {
        _memory = new MemoryColdStore(_time);
        _store = new ResilientColdStore(_memory, new ResilienceOptions(), _time, () => 0.5);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _store.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public async Task A_request_that_fails_twice_is_sent_three_times_after_growing_pauses()
    {
        DateTimeOffset started = _time.GetUtcNow();
        _memory.Next(ColdTrouble.Unavailable, ColdTrouble.Unavailable);
        Assert.True((await PutAsync("a", "x", ColdCondition.None)).IsDone);
        ColdOperationStatus puts = _store.Status.Of(ColdOperation.Put);
        Assert.Equal((3, 2, 2, 1), (puts.Requests, puts.Failures, puts.Retries, puts.BytesOut));
        Assert.True(_time.GetUtcNow() - started > TimeSpan.FromMilliseconds(200));
        Assert.Contains("away", _store.Status.LastFailure, StringComparison.Ordinal);
        Assert.Equal(ColdCircuit.Closed, _store.Status.Circuit);
    }

    [Fact]
    public async Task A_refusal_is_told_at_once()
    {
        _memory.Next(ColdTrouble.Refused);
        StoreException told = await FailureAsync(() => GetAsync("a"));
        Assert.Equal(StoreFault.ColdRefused, told.Fault);
        Assert.Equal(1, _store.Status.Of(ColdOperation.Get).Requests);
    }

    [Fact]
    public async Task A_request_that_gets_no_answer_is_given_up_and_sent_again()
    {
        await PutAsync("a", "x", ColdCondition.None);
        _memory.Next(ColdTrouble.Hangs);
        Assert.Equal("x", await GetAsync("a"));
        ColdOperationStatus gets = _store.Status.Of(ColdOperation.Get);
        Assert.Equal((2, 1, 1), (gets.Requests, gets.Failures, gets.Retries));
        Assert.True(gets.LatencyMax >= new ResilienceOptions().AttemptTimeout);
        Assert.Contains("in time", _store.Status.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_never_gets_an_answer_is_unavailable()
    {
        _memory.Rule = _ => ColdTrouble.Hangs;
        Assert.Equal(StoreFault.ColdUnavailable, (await FailureAsync(() => GetAsync("a"))).Fault);
        Assert.Equal(5, _store.Status.Of(ColdOperation.Get).Failures);
    }

    [Fact]
    public async Task The_circuit_opens_after_five_failures_and_closes_with_the_first_answer()
    {
        _memory.Rule = _ => ColdTrouble.Unavailable;
        await FailureAsync(() => GetAsync("a"));
        Assert.Equal((ColdCircuit.Open, 1), (_store.Status.Circuit, _store.Status.Openings));

        StoreException rejected = await FailureAsync(() => GetAsync("a"));
        Assert.Equal(StoreFault.ColdUnavailable, rejected.Fault);
        Assert.Equal(5, _memory.Calls.Count);
        Assert.Equal(1, _store.Status.Of(ColdOperation.Get).Rejections);

        // The one request after the break fails, and it opens again.
        _time.Advance(TimeSpan.FromSeconds(31));
        await FailureAsync(() => GetAsync("a"));
        Assert.Equal((ColdCircuit.Open, 2, 6), (_store.Status.Circuit, _store.Status.Openings, _memory.Calls.Count));

        _memory.Rule = null;
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await GetAsync("a"));
        Assert.Equal((ColdCircuit.Closed, 2), (_store.Status.Circuit, _store.Status.Openings));
    }

    [Fact]
    public async Task Failures_with_an_answer_between_them_open_no_circuit()
    {
        for (int i = 0; i < 3; i++)
        {
            _memory.Next([.. Enumerable.Repeat(ColdTrouble.Unavailable, 4)]);
            Assert.Null(await GetAsync("a"));
        }

        Assert.Equal((12, 0), (_store.Status.Of(ColdOperation.Get).Failures, _store.Status.Openings));
    }

    [Fact]
    public async Task Two_writes_that_meet_are_tried_again_and_open_no_circuit()
    {
        _memory.Next(ColdTrouble.Conflict, ColdTrouble.Conflict, ColdTrouble.Conflict, ColdTrouble.Conflict);
        Assert.True((await PutAsync("a", "x", ColdCondition.IfAbsent)).IsDone);
        _memory.Next([.. Enumerable.Repeat(ColdTrouble.Conflict, 5)]);
        Assert.Equal(StoreFault.ColdUnavailable, (await FailureAsync(async () => await PutAsync("b", "x", ColdCondition.IfAbsent))).Fault);
        Assert.Equal((ColdCircuit.Closed, 0), (_store.Status.Circuit, _store.Status.Openings));
    }

    [Theory]
    [InlineData(ColdTrouble.AnswerLost)]
    [InlineData(ColdTrouble.Duplicate)]
    [InlineData(ColdTrouble.Late)]
    public async Task A_conditional_put_that_took_place_is_never_told_as_failed(ColdTrouble trouble)
    {
        _memory.Next(trouble);
        ColdPut first = await PutAsync("manifest", "one", ColdCondition.IfAbsent);
        Assert.True(first.IsDone);
        _memory.DeliverLate();
        Assert.Equal("one", await GetAsync("manifest"));

        _memory.Next(trouble);
        ColdPut second = await PutAsync("manifest", "two", ColdCondition.IfVersion(first.Tag!));
        Assert.True(second.IsDone);
        _memory.DeliverLate();
        Assert.Equal("two", await GetAsync("manifest"));
        Assert.Equal(trouble == ColdTrouble.AnswerLost ? 2 : 0, _store.Status.LostAnswersFound);
    }

    [Fact]
    public async Task A_lost_answer_is_found_also_when_it_was_that_of_the_last_attempt()
    {
        // The condition fails from the second attempt on, and no answer of any arrives.
        _memory.Next([.. Enumerable.Repeat(ColdTrouble.AnswerLost, 3), ColdTrouble.Unavailable]);
        using var impatient = new ResilientColdStore(_memory, new ResilienceOptions { RetriesMax = 3, CircuitFailures = 100 }, _time);
        ColdPut put = await _time.RunAsync(
            () => impatient.PutAsync("manifest", "x"u8.ToArray(), ColdCondition.IfAbsent, Stop).AsTask(), Stop);
        Assert.True(put.IsDone);
        Assert.Equal(1, impatient.Status.LostAnswersFound);
    }

    [Fact]
    public async Task A_condition_that_somebody_else_broke_has_failed()
    {
        ColdPut first = await PutAsync("manifest", "one", ColdCondition.IfAbsent);
        await _memory.PutAsync("manifest", "theirs"u8.ToArray(), ColdCondition.None, Stop);
        _memory.Next(ColdTrouble.Unavailable);
        Assert.False((await PutAsync("manifest", "ours", ColdCondition.IfVersion(first.Tag!))).IsDone);
        Assert.Equal("theirs", await GetAsync("manifest"));
    }

    [Fact]
    public async Task An_upload_whose_answer_was_lost_is_compared_with_its_file()
    {
        byte[] content = new byte[9 << 20];
        new Random(3).NextBytes(content);
        using IFile file = FileOf(content);
        _memory.Next(ColdTrouble.AnswerLost);
        Assert.True((await UploadAsync("segments/a", file)).IsDone);

        // Somebody else's object of the same name and length is not ours.
        await _memory.PutAsync("segments/b", new byte[content.Length], ColdCondition.None, Stop);
        _memory.Next(ColdTrouble.Unavailable);
        Assert.False((await UploadAsync("segments/b", file)).IsDone);
        Assert.Equal(1, _store.Status.LostAnswersFound);
    }

    [Fact]
    public async Task A_listing_that_breaks_goes_on_where_it_was()
    {
        for (int i = 0; i < 2500; i++)
            await _memory.PutAsync($"o/{i:D4}", "x"u8.ToArray(), ColdCondition.None, Stop);
        using var breaking = new ResilientColdStore(new BreakingListing(_memory, 700), new ResilienceOptions { CircuitFailures = 50 }, _time);
        List<string> names = await _time.RunAsync(() => NamesAsync(breaking), Stop);
        Assert.Equal(_memory.Names, names);
        Assert.True(breaking.Status.Of(ColdOperation.List).Failures > 0);
    }

    [Fact]
    public async Task Deletions_are_sent_in_hundreds_and_repeated()
    {
        string[] names = [.. Enumerable.Range(0, 250).Select(i => $"o/{i:D3}")];
        foreach (string name in names)
            await _memory.PutAsync(name, "x"u8.ToArray(), ColdCondition.None, Stop);
        _memory.Next(ColdTrouble.None, ColdTrouble.AnswerLost);
        await _time.RunAsync(async () =>
        {
            await _store.DeleteAsync(names, Stop);
            return true;
        }, Stop);
        Assert.Empty(_memory.Names);
        Assert.Equal((4, 1), (_store.Status.Of(ColdOperation.Delete).Requests, _store.Status.Of(ColdOperation.Delete).Failures));
    }

    [Fact]
    public void Options_out_of_their_ranges_are_all_named()
    {
        ArgumentException told = Assert.Throws<ArgumentException>(() => new ResilienceOptions
        {
            AttemptTimeout = TimeSpan.Zero,
            RetriesMax = 21,
            RetryDelay = TimeSpan.FromSeconds(2),
            RetryDelayMax = TimeSpan.FromSeconds(1),
            CircuitFailures = 1,
        }.Validate());
        foreach (string name in (string[])["AttemptTimeout", "RetriesMax", "RetryDelayMax", "CircuitFailures"])
            Assert.Contains(name, told.Message, StringComparison.Ordinal);
    }

    private static IFile FileOf(byte[] content)
    {
        IFile file = new MemoryFiles().Create("source", 0);
        file.Write(content, 0);
        return file;
    }

    private static async Task<List<string>> NamesAsync(ResilientColdStore store)
    {
        var names = new List<string>();
        await foreach (ColdEntry entry in store.ListAsync("", Stop))
            names.Add(entry.Name);
        return names;
    }

    private static Task<StoreException> FailureAsync(Func<Task> work) => Assert.ThrowsAsync<StoreException>(work);

    private Task<ColdPut> PutAsync(string name, string text, ColdCondition condition) =>
        _time.RunAsync(() => _store.PutAsync(name, Encoding.UTF8.GetBytes(text), condition, Stop).AsTask(), Stop);

    private Task<ColdPut> UploadAsync(string name, IFile file) =>
        _time.RunAsync(() => _store.UploadAsync(name, file, ColdCondition.IfAbsent, Stop).AsTask(), Stop);

    private async Task<string?> GetAsync(string name) =>
        await _time.RunAsync(() => _store.GetAsync(name, 1000, Stop).AsTask(), Stop) is { } found
            ? Encoding.UTF8.GetString(found.Content.Span)
            : null;
}
