using System.Globalization;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

/// <summary>
/// Random operations beside a dictionary. The number of steps comes from THERMOCLINE_TEST_STEPS, else 1,000,000; the seed
/// from THERMOCLINE_TEST_SEED, else from the clock, and is printed.
/// </summary>
public sealed class RandomOperationsTests(ITestOutputHelper output)
{
    private const int Keys = 5_000;
    private readonly MemoryFiles _files = new();
    private readonly ManualTime _time = new();
    private long _deltas;
    private readonly SortedDictionary<string, Expected> _model = new(StringComparer.Ordinal);

    [Fact]
    public async Task A_million_random_steps_agree_with_a_dictionary()
    {
        int steps = Setting("THERMOCLINE_TEST_STEPS") ?? 1_000_000;
        int seed = Setting("THERMOCLINE_TEST_SEED") ?? Environment.TickCount & int.MaxValue;
        output.WriteLine($"seed {seed}, {steps} steps");
        var random = new Random(seed);
        TieredStore store = Open();
        for (int step = 0; step < steps; step++)
        {
            int kind = random.Next(100_000);
            string key = random.Next(Keys).ToString(CultureInfo.InvariantCulture);
            if (kind < 45_000)
                CheckRead(store, key);
            else if (kind < 75_000)
                await PutAsync(store, random, key);
            else if (kind < 85_000)
                await DeleteAsync(store, key);
            else if (kind < 95_000)
                await ConditionalAsync(store, random, key);
            else if (kind < 99_000)
                await BatchAsync(store, random);
            else if (kind < 99_900)
                _time.Advance(TimeSpan.FromMilliseconds(random.Next(2_000)));
            else if (kind < 99_950)
                CheckPage(store, random);
            else if (kind < 99_970)
                CompressHot(store, random);
            else if (kind < 99_980)
                Pack(store, random);
            else if (kind < 99_995)
                store.Memory.HotBytes = random.Next(1, 8) << 20;
            else
                store = Reopen(store, random);
        }

        CheckAll(store);
        output.WriteLine($"{_deltas + store.Status.DeltaFrames} deltas");
        Assert.True(_deltas + store.Status.DeltaFrames > steps / 1_000);
        store.Dispose();
        using TieredStore last = Open();
        CheckAll(last);
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;

    private TieredStore Open() => TieredStore.Open(
        Testing.Stores.Small with { SegmentBytes = 2 << 20, SegmentFrames = 8192 }, _files, _time);

    private TieredStore Reopen(TieredStore store, Random random)
    {
        _deltas += store.Status.DeltaFrames;
        store.Dispose();
        if (random.Next(2) == 0)
            _files.Delete("index.snapshot");
        TieredStore again = Open();
        Assert.Empty(again.Status.Damages);
        return again;
    }

    private static void CompressHot(TieredStore store, Random random)
    {
        TierStatus before = store.Status.Hot;
        long freed = store.CompressHot(random.Next(2) == 0 ? long.MaxValue : random.Next(1, 3 << 20), CancellationToken.None);
        TierStatus after = store.Status.Hot;
        // The first call after an open may take the page that is kept for it.
        Assert.InRange(after.Bytes, before.Bytes - freed, before.Bytes - freed + (64 << 10));
        Assert.Equal((before.Entries, before.Evictions), (after.Entries, after.Evictions));
        Assert.InRange(after.CompressedEntries, before.CompressedEntries, after.Entries);
        if (store.Compression == CompressionLevel.Off)
            Assert.Equal(before, after);
    }

    private static void Pack(TieredStore store, Random random)
    {
        store.Compression = (CompressionLevel)random.Next(5);
        store.Pack(CancellationToken.None);
        Assert.Null(store.Status.Packing.LastFailure);
        Assert.Empty(store.Status.Damages);
    }

    private bool IsLive(string key, out Expected expected) =>
        _model.TryGetValue(key, out expected) && (expected.EndMs == 0 || expected.EndMs > NowMs);

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private void CheckRead(TieredStore store, string key)
    {
        string? expected = IsLive(key, out Expected live) ? live.Value : null;
        Assert.Equal(expected, store.Text(key));
    }

    private async Task PutAsync(TieredStore store, Random random, string key)
    {
        // Most values are small; some are too large for the hot tier of a small store.
        int length = random.Next(50) == 0 ? random.Next(40_000) : random.Next(300);
        string value = new((char)('a' + random.Next(26)), length);
        // Some keys are edited again and again: their frames are deltas.
        if (random.Next(4) == 0)
        {
            key = $"{random.Next(40)}";
            value = Edited(random, _model.GetValueOrDefault(key).Value);
        }

        DateTimeOffset? end = random.Next(10) == 0 ? _time.GetUtcNow().AddMilliseconds(random.Next(1, 5_000)) : null;
        WriteAnswer answer = await store.PutAsync(key, value, default, end);
        Assert.Equal(WriteOutcome.Done, answer.Outcome);
        _model[key] = new Expected(value, answer.Sequence, end?.ToUnixTimeMilliseconds() ?? 0);
    }

    private static string Edited(Random random, string? current)
    {
        if (current is null || current.Length is < 1_000 or > 30_000)
            return string.Join(' ', Enumerable.Range(0, 1_000).Select(_ => random.Next(100)));
        int at = random.Next(current.Length - 50);
        return $"{current.AsSpan(0, at)}{random.Next()}{current.AsSpan(at + random.Next(50))}";
    }

    private async Task DeleteAsync(TieredStore store, string key)
    {
        WriteOutcome expected = IsLive(key, out _) ? WriteOutcome.Done : WriteOutcome.Absent;
        Assert.Equal(expected, (await store.DeleteAsync(key)).Outcome);
        if (expected == WriteOutcome.Done)
            _model.Remove(key);
    }

    private async Task ConditionalAsync(TieredStore store, Random random, string key)
    {
        bool live = IsLive(key, out Expected current);
        ulong guess = random.Next(2) == 0 ? current.Sequence : (ulong)random.Next(1, 1000);
        (Condition condition, bool holds) = random.Next(3) switch
        {
            0 => (Condition.IfAbsent, !live),
            1 => (Condition.IfPresent, live),
            _ => (Condition.IfSequence(guess), live && guess == current.Sequence),
        };
        WriteAnswer answer = await store.PutAsync(key, $"conditional {key}", condition);
        Assert.Equal(holds ? WriteOutcome.Done : WriteOutcome.ConditionFailed, answer.Outcome);
        if (holds)
            _model[key] = new Expected($"conditional {key}", answer.Sequence, 0);
    }

    private async Task BatchAsync(TieredStore store, Random random)
    {
        var batch = new WriteOperation[random.Next(1, 20)];
        var after = new Dictionary<string, string?>();
        for (int i = 0; i < batch.Length; i++)
        {
            string key = random.Next(Keys).ToString(CultureInfo.InvariantCulture);
            bool delete = random.Next(3) == 0;
            batch[i] = delete ? Testing.Stores.Delete(key) : Testing.Stores.Put(key, $"batch {i}");
            after[key] = delete ? null : $"batch {i}";
        }

        bool refused = random.Next(4) == 0;
        if (refused)
            batch[^1] = Testing.Stores.Put("never", "x", Condition.IfPresent);
        WriteAnswer answer = await store.WriteAsync(batch);
        if (batch.Length == 1 && batch[0].Delete)
            Assert.True(answer.Outcome is WriteOutcome.Done or WriteOutcome.Absent);
        else
            Assert.Equal(refused ? WriteOutcome.ConditionFailed : WriteOutcome.Done, answer.Outcome);
        if (refused)
            return;
        foreach ((string key, string? value) in after)
        {
            _model.Remove(key);
            if (value is null)
                continue;
            using ReadLease lease = store.Read(Testing.Stores.Key(key));
            _model[key] = new Expected(value, lease.Sequence, 0);
        }
    }

    private void CheckPage(TieredStore store, Random random)
    {
        string prefix = random.Next(100).ToString(CultureInfo.InvariantCulture);
        string[] expected = [.. _model.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && IsLive(key, out _))];
        Assert.Equal(expected, store.List(prefix, random.Next(1, 50)));
    }

    private void CheckAll(TieredStore store)
    {
        Assert.Equal([.. _model.Keys.Where(key => IsLive(key, out _))], store.List("", 1000));
        for (int i = 0; i < Keys; i++)
            CheckRead(store, i.ToString(CultureInfo.InvariantCulture));
        Assert.Empty(store.Verify(CancellationToken.None));
    }

    private readonly record struct Expected(string Value, ulong Sequence, long EndMs);
}
