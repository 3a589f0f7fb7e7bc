using System.Text;
using System.Text.Json;
using Thermocline.Memory.Announcing;
using Thermocline.Memory.Ids;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Announcing;

/// <summary>What is told of saves: stored with them, in their order, until it is told.</summary>
public sealed class AnnouncementsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly MemoryFiles _files = new();
    private TieredStore _store;
    private Announcements _announcements;
    private Memories _memories;

    public AnnouncementsTests()
    {
        (_store, _announcements, _memories) = Open(new AnnouncementOptions());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _memories.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task A_save_is_told_with_what_the_event_says()
    {
        SavedMemory saved = (await _memories.SaveAsync(Draft("one") with { Session = "s \"ü\" 🙂" })).Memories[0];
        AnnouncedWrite write = Assert.Single(await TakeAsync(10));
        Assert.Equal((saved.Id.ToString(), "s \"ü\" 🙂"), (write.Id, write.ContextId));
        using JsonDocument payload = JsonDocument.Parse(write.Payload);
        Assert.Equal(["memory_id", "context_id", "ltp_strength", "timestamp"], payload.RootElement.EnumerateObject().Select(static each => each.Name));
        Assert.Equal(saved.Id.ToString(), payload.RootElement.GetProperty("memory_id").GetString());
        Assert.Equal("s \"ü\" 🙂", payload.RootElement.GetProperty("context_id").GetString());
        Assert.Equal(1, payload.RootElement.GetProperty("ltp_strength").GetDouble());
        Assert.Equal(saved.CreatedAt, payload.RootElement.GetProperty("timestamp").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_memory_without_a_session_has_no_context()
    {
        await _memories.SaveAsync(Draft("one"));
        AnnouncedWrite write = Assert.Single(await TakeAsync(10));
        Assert.Equal("", write.ContextId);
        Assert.DoesNotContain("context_id", Encoding.UTF8.GetString(write.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Saves_are_told_in_their_order_and_batches_in_theirs()
    {
        var expected = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            SaveAnswer answer = await _memories.SaveAsync([.. Enumerable.Range(0, 3).Select(n => Draft($"{i}.{n}"))]);
            expected.AddRange(answer.Memories.Select(static saved => saved.Id.ToString()));
        }

        Assert.Equal(15, _announcements.Waiting);
        Assert.Equal(expected, (await TakeAsync(100)).Select(static write => write.Id));
        Assert.Equal(0, _announcements.Waiting);
    }

    [Fact]
    public async Task No_more_is_taken_at_once_than_was_asked_for_but_one_save_is_taken_whole()
    {
        await _memories.SaveAsync([.. Enumerable.Range(0, 7).Select(static n => Draft($"{n}"))]);
        await _memories.SaveAsync([.. Enumerable.Range(0, 2).Select(static n => Draft($"{n}"))]);
        await _memories.SaveAsync([.. Enumerable.Range(0, 2).Select(static n => Draft($"{n}"))]);
        Assert.Equal([7], (await _announcements.TakeAsync(5, Cancellation)).Select(static each => each.Count));
        Assert.Equal([2, 2], (await _announcements.TakeAsync(5, Cancellation)).Select(static each => each.Count));
    }

    [Fact]
    public async Task What_was_not_saved_is_not_told()
    {
        SavedMemory there = (await _memories.SaveAsync(Draft("one"))).Memories[0];
        await TakeAsync(10);
        Assert.Equal(SaveOutcome.Exists, (await _memories.SaveAsync([Draft("two"), Draft("again") with { Id = there.Id, CreatedAt = there.CreatedAt }])).Outcome);
        Assert.Equal(SaveOutcome.Mistaken, (await _memories.SaveAsync(Draft(""))).Outcome);
        Assert.Equal(SaveOutcome.Saved, (await _memories.SaveAbsentAsync([Draft("again") with { Id = there.Id, CreatedAt = there.CreatedAt }])).Outcome);
        Assert.Equal((0, 0), (_announcements.Waiting, Stored()));
    }

    [Fact]
    public async Task Of_memories_that_were_partly_there_only_the_new_are_told()
    {
        SavedMemory there = (await _memories.SaveAsync(Draft("one"))).Memories[0];
        await TakeAsync(10);
        SaveAnswer answer = await _memories.SaveAbsentAsync([Draft("a"), Draft("again") with { Id = there.Id, CreatedAt = there.CreatedAt }, Draft("b")]);
        Assert.Equal([answer.Memories[0].Id.ToString(), answer.Memories[2].Id.ToString()], (await TakeAsync(10)).Select(static write => write.Id));
        Assert.Equal(0, _announcements.Waiting);
    }

    [Fact]
    public async Task What_was_not_told_is_told_after_the_next_start_and_numbers_go_on()
    {
        SaveAnswer first = await _memories.SaveAsync([Draft("a"), Draft("b")]);
        SaveAnswer second = await _memories.SaveAsync(Draft("c"));
        IReadOnlyList<Announcement> told = await _announcements.TakeAsync(2, Cancellation);
        Assert.True(await _announcements.SettleAsync(told));
        Reopen(new AnnouncementOptions());
        Assert.Equal(1, _announcements.Waiting);
        SaveAnswer third = await _memories.SaveAsync(Draft("d"));
        IReadOnlyList<AnnouncedWrite> left = await TakeAsync(10);
        Assert.Equal([second.Memories[0].Id.ToString(), third.Memories[0].Id.ToString()], left.Select(static write => write.Id));
        Assert.NotEqual(first.Memories[0].Id, second.Memories[0].Id);
        Assert.Equal(0, Stored());
    }

    [Fact]
    public async Task What_was_taken_and_not_said_to_be_told_is_told_again()
    {
        await _memories.SaveAsync(Draft("a"));
        Assert.Single(await _announcements.TakeAsync(10, Cancellation));
        Reopen(new AnnouncementOptions());
        Assert.Single(await TakeAsync(10));
    }

    [Fact]
    public async Task A_full_batch_may_be_saved()
    {
        SaveAnswer answer = await _memories.SaveAsync([.. Enumerable.Range(0, Limits.BatchOperationsMax).Select(static n => Draft($"{n}"))]);
        Assert.Equal(SaveOutcome.Saved, answer.Outcome);
        Assert.Equal(answer.Memories.Select(static saved => saved.Id.ToString()), (await TakeAsync(1)).Select(static write => write.Id));
    }

    [Fact]
    public async Task A_save_waits_for_room_and_is_busy_when_there_is_none_in_time()
    {
        Reopen(new AnnouncementOptions { MemoriesMax = Limits.BatchOperationsMax, WaitMax = TimeSpan.FromSeconds(1) });
        MemoryDraft[] full = [.. Enumerable.Range(0, Limits.BatchOperationsMax).Select(static n => Draft($"{n}"))];
        await _memories.SaveAsync(full);
        Task<SaveAnswer> late = _memories.SaveAsync(Draft("late")).AsTask();
        Assert.False(late.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SaveOutcome.Busy, (await late).Outcome);
        Task<SaveAnswer> early = _memories.SaveAsync(Draft("early")).AsTask();
        Assert.False(early.IsCompleted);
        await TakeAsync(1);
        Assert.Equal(SaveOutcome.Saved, (await early).Outcome);
        Assert.Equal(1, _announcements.Waiting);
    }

    [Fact]
    public async Task Of_many_saves_at_once_each_is_told_once()
    {
        SaveAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(() => _memories.SaveAsync(Draft($"{n}")).AsTask(), Cancellation)));
        Assert.Equal(
            answers.Select(static answer => answer.Memories[0].Id.ToString()).Order(StringComparer.Ordinal),
            (await TakeAsync(1_000)).Select(static write => write.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(9_999, 0)]
    [InlineData(10_000_001, 0)]
    [InlineData(10_000, -1)]
    [InlineData(10_000, 61_000)]
    public void Options_out_of_range_are_refused(int memories, int waitMs) => Assert.Throws<ArgumentException>(() =>
        Announcements.Open(_store, new AnnouncementOptions { MemoriesMax = memories, WaitMax = TimeSpan.FromMilliseconds(waitMs) }, _time));

    private static MemoryDraft Draft(string text) => MemoryDraft.OfText(text);

    private async Task<IReadOnlyList<AnnouncedWrite>> TakeAsync(int most)
    {
        IReadOnlyList<Announcement> taken = await _announcements.TakeAsync(most, Cancellation);
        var writes = new List<AnnouncedWrite>();
        foreach (Announcement each in taken)
            writes.AddRange(await _announcements.ReadAsync(each, Cancellation));
        Assert.True(await _announcements.SettleAsync(taken));
        return writes;
    }

    private int Stored() => _store.List(Keys.Compose("_announcements", ""), [], 100).Keys.Count;

    private void Reopen(AnnouncementOptions options)
    {
        Dispose();
        // The identifiers of these tests are made of the time, and of numbers that begin anew.
        _time.Advance(TimeSpan.FromSeconds(1));
        (_store, _announcements, _memories) = Open(options);
    }

    private (TieredStore Store, Announcements Announcements, Memories Memories) Open(AnnouncementOptions options)
    {
        TieredStore store = Stores.OpenSmall(_files, _time);
        Announcements announcements = Announcements.Open(store, options, _time);
        return (store, announcements, new Memories(store, _time, new IdSource(_time, new Random(1).NextBytes), 1 << 20, announcements));
    }
}
