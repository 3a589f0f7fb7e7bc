using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

public sealed class WriteTests
{
    private readonly ManualTime _time = new();
    private readonly MemoryFiles _files = new();

    [Fact]
    public async Task Conditions_hold_or_nothing_is_written()
    {
        using TieredStore store = Open();
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync("k", "x", Condition.IfPresent)).Outcome);
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync("k", "x", Condition.IfSequence(1))).Outcome);
        WriteAnswer first = await store.PutAsync("k", "1", Condition.IfAbsent);
        Assert.Equal(WriteOutcome.Done, first.Outcome);
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.PutAsync("k", "x", Condition.IfAbsent)).Outcome);
        WriteAnswer second = await store.PutAsync("k", "2", Condition.IfSequence(first.Sequence));
        Assert.Equal(first.Sequence + 1, second.Sequence);
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.DeleteAsync("k", Condition.IfSequence(first.Sequence))).Outcome);
        Assert.Equal("2", store.Text("k"));
        Assert.Equal(WriteOutcome.Done, (await store.DeleteAsync("k", Condition.IfSequence(second.Sequence))).Outcome);
        Assert.Equal(WriteOutcome.Absent, (await store.DeleteAsync("k")).Outcome);
        Assert.Equal(WriteOutcome.ConditionFailed, (await store.DeleteAsync("k", Condition.IfPresent)).Outcome);
    }

    [Fact]
    public async Task Of_many_writers_with_one_condition_exactly_one_wins()
    {
        using TieredStore store = Open();
        ulong sequence = (await store.PutAsync("k", "0")).Sequence;
        for (int round = 0; round < 20; round++)
        {
            Task<WriteAnswer>[] writers = [.. Enumerable.Range(0, 16).Select(
                i => store.PutAsync("k", $"{round}/{i}", Condition.IfSequence(sequence)).AsTask())];
            WriteAnswer[] answers = await Task.WhenAll(writers);
            sequence = Assert.Single(answers, answer => answer.Outcome == WriteOutcome.Done).Sequence;
            Assert.Equal(15, answers.Count(answer => answer.Outcome == WriteOutcome.ConditionFailed));
        }
    }

    [Fact]
    public async Task A_batch_is_all_or_nothing_and_sees_its_own_operations()
    {
        using TieredStore store = Open();
        await store.PutAsync("a", "old");
        WriteAnswer refused = await store.WriteAsync(new[]
        {
            Testing.Stores.Put("a", "new"),
            Testing.Stores.Put("b", "new"),
            Testing.Stores.Put("b", "twice", Condition.IfAbsent),
        });
        Assert.Equal((WriteOutcome.ConditionFailed, 2), (refused.Outcome, refused.FailedOperation));
        Assert.Equal("old", store.Text("a"));
        Assert.Null(store.Text("b"));

        WriteAnswer done = await store.WriteAsync(new[]
        {
            Testing.Stores.Delete("a"),
            Testing.Stores.Put("a", "again", Condition.IfAbsent),
            Testing.Stores.Delete("a", Condition.IfPresent),
            Testing.Stores.Delete("never there"),
            Testing.Stores.Put("a", "last"),
        });
        Assert.Equal(WriteOutcome.Done, done.Outcome);
        Assert.Equal("last", store.Text("a"));
        Assert.Equal(done.Sequence, store.Status.Sequence);
        Assert.Equal(1, store.Status.Keys);
    }

    [Fact]
    public async Task A_batch_too_large_is_refused_with_the_operation_that_went_too_far()
    {
        using TieredStore store = TieredStore.Open(new StoreOptions { HotBytes = 1 << 20 }, _files, _time);
        WriteOperation large = Testing.Stores.Put("k", "") with { Value = new byte[12 << 20] };
        WriteAnswer answer = await store.WriteAsync(new[] { large, large, large });
        Assert.Equal((WriteOutcome.TooLarge, 2), (answer.Outcome, answer.FailedOperation));
        Assert.Equal(WriteOutcome.TooLarge, (await store.WriteAsync(new WriteOperation[Limits.BatchOperationsMax + Limits.BatchExtrasMax + 1])).Outcome);
        Assert.Equal(WriteOutcome.Done, (await store.WriteAsync(new[] { large, large })).Outcome);
    }

    [Fact]
    public async Task A_record_ends_at_its_time_and_an_overwrite_forgets_the_end()
    {
        using TieredStore store = Open();
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(2);
        await store.PutAsync("ends", "v", default, end);
        await store.PutAsync("stays", "v", default, end);
        await store.PutAsync("stays", "v");
        _time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.Equal("v", store.Text("ends"));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(store.Text("ends"));
        Assert.Equal("v", store.Text("stays"));
        Assert.Equal(["stays"], store.List());
        Assert.Equal(WriteOutcome.Absent, (await store.DeleteAsync("ends")).Outcome);
        Assert.Equal(WriteOutcome.Done, (await store.PutAsync("ends", "again", Condition.IfAbsent)).Outcome);
    }

    [Fact]
    public async Task Expiry_survives_a_restart_with_and_without_the_index_snapshot()
    {
        using (TieredStore store = Open())
        {
            await store.PutAsync("ends", "v", default, _time.GetUtcNow().AddSeconds(2));
            await store.PutAsync("stays", "v");
        }

        _time.Advance(TimeSpan.FromSeconds(3));
        using (TieredStore store = Open())
            Assert.Equal(["stays"], store.List());
        _files.Delete("index.snapshot");
        using TieredStore again = Open();
        Assert.Null(again.Text("ends"));
        Assert.Equal(["stays"], again.List());
    }

    [Fact]
    public async Task Listing_pages_run_through_every_key_once_in_byte_order()
    {
        string[] keys = ["", "a", "a/b", "a/b/c", "ab", "Ä", "é", "z", "\u0000", "😀", "../../etc/passwd", new string('x', 1024)];
        using (TieredStore store = Open())
        {
            foreach (string key in keys)
                await store.PutAsync(key, key);
            await store.WriteAsync(new WriteOperation { Key = Keys.Compose("u", "other"), Value = new byte[1] });
            await store.WriteAsync(new WriteOperation { Key = Keys.Compose("tt", "other"), Value = new byte[1] });
        }

        using TieredStore again = Open();
        string[] ordered = [.. keys.OrderBy(System.Text.Encoding.UTF8.GetBytes, Comparer<byte[]>.Create(
            static (left, right) => left.AsSpan().SequenceCompareTo(right)))];
        for (int page = 1; page < keys.Length + 2; page++)
            Assert.Equal(ordered, again.List("", page));
        Assert.Equal(["a", "a/b", "a/b/c", "ab"], again.List("a", 2));
        Assert.Equal(["a/b", "a/b/c"], again.List("a/", 1));
        Assert.Empty(again.List("nothing"));
        foreach (string key in keys)
            Assert.Equal(key, again.Text(key));
    }

    [Fact]
    public async Task A_write_that_fails_latches_the_store_and_reads_go_on()
    {
        var files = new FaultyFiles();
        using TieredStore store = Testing.Stores.OpenSmall(files);
        await store.PutAsync("a", "1");
        files.FailAt(files.Operations.Count, Tear.None);
        StoreException failed = await Assert.ThrowsAsync<StoreException>(async () => await store.PutAsync("b", "2"));
        Assert.Equal(StoreFault.Io, failed.Fault);
        StoreException refused = await Assert.ThrowsAsync<StoreException>(async () => await store.PutAsync("c", "3"));
        Assert.Equal(StoreFault.Latched, refused.Fault);
        Assert.NotNull(store.Status.LatchedBy);
        Assert.Equal("1", store.Text("a"));
        Assert.Null(store.Text("b"));
        Assert.Equal(["a"], store.List());
        store.Dispose();
        using TieredStore again = Testing.Stores.OpenSmall(files);
        Assert.Equal("1", again.Text("a"));
        Assert.Equal(WriteOutcome.Done, (await again.PutAsync("c", "3")).Outcome);
    }

    private TieredStore Open() => Testing.Stores.OpenSmall(_files, _time);
}
