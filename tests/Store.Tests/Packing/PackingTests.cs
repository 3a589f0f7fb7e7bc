using System.Globalization;
using System.Text;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Packing;

/// <summary>Packing changes where records lie and nothing else.</summary>
public sealed class PackingTests
{
    public static TheoryData<CompressionLevel> Levels => [.. Enum.GetValues<CompressionLevel>()];

    [Theory]
    [MemberData(nameof(Levels))]
    public async Task Every_record_is_the_same_after_packing_at_every_level(CompressionLevel level)
    {
        var files = new MemoryFiles();
        var random = new Random(11);
        var expected = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using (TieredStore store = Open(files, level))
        {
            for (int i = 0; i < 3_000; i++)
            {
                byte[] value = ValueOf(random, i);
                expected[$"key {i:D5}"] = value;
                await store.WriteAsync(new WriteOperation
                {
                    Key = Testing.Stores.Key($"key {i:D5}"),
                    Value = value,
                    Metadata = random.Next(3) == 0 ? Encoding.UTF8.GetBytes($"metadata {i}") : default,
                });
            }

            Assert.True(store.Pack(CancellationToken.None) > 0);
            CheckAll(store, expected);
            Assert.Empty(store.Verify(CancellationToken.None));
            Assert.Equal(0, store.Pack(CancellationToken.None));
            Assert.True(level == CompressionLevel.Off || store.Status.Packing.Ratio > 1.2, $"{store.Status.Packing.Ratio}");
        }

        foreach (bool keepIndex in new[] { true, false })
        {
            if (!keepIndex)
                files.Delete("index.snapshot");
            using TieredStore again = Open(files, level);
            CheckAll(again, expected);
            Assert.Empty(again.Status.Damages);
        }
    }

    [Theory]
    [InlineData(CompressionLevel.Fast)]
    [InlineData(CompressionLevel.Balanced)]
    [InlineData(CompressionLevel.Max)]
    public async Task Short_records_of_a_large_collection_are_made_smaller_by_a_dictionary_of_its_own(CompressionLevel level)
    {
        var files = new MemoryFiles();
        var random = new Random(17);
        var expected = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        StoreOptions options = Options(level) with { SegmentBytes = 8 << 20, SegmentFrames = 20_000 };
        using (TieredStore store = TieredStore.Open(options, files, TimeProvider.System))
        {
            for (int i = 0; i < 12_000; i++)
                await store.WriteAsync(new WriteOperation { Key = Testing.Stores.Key($"{i:D5}"), Value = expected[$"{i:D5}"] = Note(random, i) });
        }

        using (TieredStore store = TieredStore.Open(options, files, TimeProvider.System))
        {
            store.Pack(CancellationToken.None);
            // Without a dictionary records of this kind come to 1.2.
            Assert.True(store.Status.Packing.Ratio > 2, $"{store.Status.Packing.Ratio}");
            CheckAll(store, expected);
        }

        using TieredStore again = Open(files, level);
        CheckAll(again, expected);
        Assert.Empty(again.Verify(CancellationToken.None));
    }

    private static byte[] Note(Random random, int i) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"identifier":{{i}},"significance":{"emotional_resonance":0.{{random.Next(10)}},"knowledge_value":0.{{random.Next(10)}}},"agent":"researcher {{random.Next(5)}}","content":"{{Words[random.Next(Words.Length)]}}"}"""));

    [Fact]
    public async Task Dead_records_leave_the_disk_and_deletions_with_them()
    {
        var files = new MemoryFiles();
        using (TieredStore store = Open(files, CompressionLevel.Balanced))
        {
            for (int round = 0; round < 4; round++)
            {
                for (int i = 0; i < 500; i++)
                    await store.PutAsync($"key {i}", $"round {round} of key {i} " + new string('x', 200));
            }

            for (int i = 0; i < 490; i++)
                await store.DeleteAsync($"key {i}");
        }

        using TieredStore again = Open(files, CompressionLevel.Balanced);
        again.Pack(CancellationToken.None);
        Assert.True(again.Status.Packing.FramesDropped >= 1_900, $"{again.Status.Packing.FramesDropped}");
        Assert.Equal(10, again.List().Count);
        Assert.InRange(again.Status.Packing.Records, 10, 40);
    }

    [Fact]
    public async Task A_deletion_stays_while_an_older_file_has_the_key()
    {
        var files = new MemoryFiles();
        using (TieredStore store = Open(files, CompressionLevel.Balanced))
        {
            await FillAsync(store, "a", 300);
            await store.PutAsync("victim", "old");
            await FillAsync(store, "b", 300);
            store.Pack(CancellationToken.None);
            await store.DeleteAsync("victim");
            await FillAsync(store, "c", 300);
            store.Pack(CancellationToken.None);
        }

        files.Delete("index.snapshot");
        using TieredStore again = Open(files, CompressionLevel.Balanced);
        Assert.Null(again.Text("victim"));
        Assert.DoesNotContain("victim", again.List());
    }

    [Fact]
    public async Task Expired_records_are_taken_away_and_do_not_come_back()
    {
        var files = new MemoryFiles();
        var time = new ManualTime();
        using (TieredStore store = Open(files, CompressionLevel.Balanced, time))
        {
            await store.PutAsync("session", "before");
            await FillAsync(store, "a", 300);
            await store.PutAsync("session", "short", default, time.GetUtcNow().AddSeconds(1));
            await FillAsync(store, "b", 300);
            time.Advance(TimeSpan.FromSeconds(2));
            long before = store.Status.Keys;
            store.Pack(CancellationToken.None);
            Assert.Equal(before - 1, store.Status.Keys);
            Assert.Null(store.Text("session"));
        }

        files.Delete("index.snapshot");
        using TieredStore again = Open(files, CompressionLevel.Balanced, time);
        Assert.Null(again.Text("session"));
        Assert.Equal(WriteOutcome.Done, (await again.PutAsync("session", "new", Condition.IfAbsent)).Outcome);
    }

    [Fact]
    public async Task A_snapshot_sees_its_moment_through_every_packing()
    {
        var files = new MemoryFiles();
        using TieredStore store = Open(files, CompressionLevel.Max);
        await FillAsync(store, "a", 400);
        using StoreSnapshot snapshot = store.Snapshot();
        for (int i = 0; i < 400; i += 2)
            await store.PutAsync($"a {i}", "replaced");
        for (int i = 1; i < 400; i += 2)
            await store.DeleteAsync($"a {i}");
        await FillAsync(store, "b", 300);
        store.Pack(CancellationToken.None);
        for (int i = 0; i < 400; i++)
            Assert.Equal(Filling("a", i), snapshot.Text($"a {i}"));
        Assert.Equal(400, snapshot.List("a").Count);
        Assert.Equal(200, store.List("a").Count);
        snapshot.Dispose();
        for (int i = 0; i < 200; i++)
            await store.PutAsync($"b {i}", "replaced");
        await FillAsync(store, "c", 300);
        store.Pack(CancellationToken.None);
        Assert.Equal(200, store.List("a").Count);
    }

    [Fact]
    public async Task Equal_values_are_stored_once_and_read_back_after_packing_again()
    {
        var files = new MemoryFiles();
        using TieredStore store = Open(files, CompressionLevel.Balanced);
        var random = new Random(3);
        var bytes = new byte[3000];
        random.NextBytes(bytes);
        for (int i = 0; i < 200; i++)
            await store.WriteAsync(new WriteOperation { Key = Testing.Stores.Key($"same {i}"), Value = bytes });
        await FillAsync(store, "a", 300);
        store.Pack(CancellationToken.None);
        Assert.True(store.Status.Packing.Ratio > 4, $"{store.Status.Packing.Ratio}");
        Assert.True(store.Status.Packing.Stages.Single(stage => stage.Name == "dedup").BytesOut < 100_000);
        // The record that holds the value of the others dies; the value must not die with it.
        for (int i = 0; i < 150; i++)
            await store.DeleteAsync($"same {i}");
        await FillAsync(store, "b", 300);
        store.Pack(CancellationToken.None);
        for (int i = 150; i < 200; i++)
        {
            using ReadLease lease = store.Read(Testing.Stores.Key($"same {i}"));
            Assert.True(lease.Value.SequenceEqual(bytes));
        }
    }

    [Fact]
    public async Task Vectors_of_a_lossy_collection_stay_within_half_a_step()
    {
        var files = new MemoryFiles();
        using TieredStore store = TieredStore.Open(
            Options(CompressionLevel.Balanced) with { QuantisedCollections = ["t"] }, files, TimeProvider.System);
        var random = new Random(5);
        var vectors = new List<float[]>();
        for (int i = 0; i < 300; i++)
        {
            float[] vector = [.. Enumerable.Range(0, 128).Select(_ => (random.NextSingle() * 4) - 2)];
            vectors.Add(vector);
            await store.WriteAsync(new WriteOperation
            {
                Key = Testing.Stores.Key($"vector {i}"),
                Value = System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()).ToArray(),
            });
        }

        await store.PutAsync("text", "not a vector");
        await FillAsync(store, "a", 300);
        store.Pack(CancellationToken.None);
        store.Memory.HotBytes = 1 << 20;
        using TieredStore cold = Reopen(store, files);
        for (int i = 0; i < vectors.Count; i++)
        {
            using ReadLease lease = cold.Read(Testing.Stores.Key($"vector {i}"));
            ReadOnlySpan<float> read = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(lease.Value);
            float half = (vectors[i].Max() - vectors[i].Min()) / 255 * 0.502f;
            for (int k = 0; k < read.Length; k++)
                Assert.InRange(read[k], vectors[i][k] - half, vectors[i][k] + half);
        }

        Assert.Equal("not a vector", cold.Text("text"));
    }

    [Fact]
    public async Task Readers_and_listings_go_on_while_files_are_packed_under_them()
    {
        var files = new MemoryFiles();
        using TieredStore store = Open(files, CompressionLevel.Fast);
        await FillAsync(store, "a", 2_000);
        using var stop = new CancellationTokenSource();
        Task[] readers =
        [
            .. Enumerable.Range(0, 3).Select(seed => Task.Factory.StartNew(
                () =>
                {
                    var random = new Random(seed);
                    while (!stop.IsCancellationRequested)
                    {
                        int i = random.Next(2_000);
                        Assert.Equal(Filling("a", i), store.Text($"a {i}"));
                        if (random.Next(50) == 0)
                            Assert.Equal(2_000, store.List("a", 500).Count);
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
        for (int round = 0; round < 30; round++)
        {
            store.Compression = (CompressionLevel)(round % 4);
            await FillAsync(store, $"r{round}", 40);
            store.Pack(CancellationToken.None);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.True(store.Status.Packing.Runs > 2, $"{store.Status.Packing.Runs}");
    }

    private static TieredStore Reopen(TieredStore store, MemoryFiles files)
    {
        store.Dispose();
        return Open(files, CompressionLevel.Balanced);
    }

    private static StoreOptions Options(CompressionLevel level) => Testing.Stores.Small with { Compression = level };

    private static TieredStore Open(IFiles files, CompressionLevel level, TimeProvider? time = null) =>
        TieredStore.Open(Options(level), files, time ?? TimeProvider.System);

    private static string Filling(string name, int i) =>
        $"{name} {i} " + new string((char)('a' + (i % 26)), 150 + (i % 100));

    private static async Task FillAsync(TieredStore store, string name, int count)
    {
        for (int i = 0; i < count; i++)
            await store.PutAsync($"{name} {i}", Filling(name, i));
        // What is not sealed yet is not packed either.
        SpinWait.SpinUntil(() => store.IsSettled, TimeSpan.FromMinutes(1));
    }

    private static byte[] ValueOf(Random random, int i)
    {
        switch (random.Next(12))
        {
            case 0:
                return [];
            case 1:
                var noise = new byte[random.Next(1, 5_000)];
                random.NextBytes(noise);
                return noise;
            case 2:
                return new byte[random.Next(1, 60_000)];
            default:
                return Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"id":{{i}},"agent":"agent {{random.Next(9)}}","text":"{{string.Join(' ', Enumerable.Range(0, random.Next(5, 60)).Select(_ => Words[random.Next(Words.Length)]))}}"}"""));
        }
    }

    private static readonly string[] Words =
        ["memory", "budget", "segment", "chunk", "the", "of", "and", "thermocline", "cold", "warm", "hot", "write", "read", "key"];

    private static void CheckAll(TieredStore store, SortedDictionary<string, byte[]> expected)
    {
        Assert.Equal([.. expected.Keys], store.List("", 700));
        foreach ((string key, byte[] value) in expected)
        {
            using ReadLease lease = store.Read(Testing.Stores.Key(key));
            Assert.True(lease.Found && lease.Value.SequenceEqual(value), key);
        }
    }
}
