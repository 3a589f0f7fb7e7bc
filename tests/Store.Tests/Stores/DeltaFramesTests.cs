using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

/// <summary>Values that are much like an earlier one of their key: smaller in the log, the same to everybody who reads.</summary>
public sealed class DeltaFramesTests
{
    private readonly MemoryFiles _files = new();

    [Fact]
    public async Task Small_edits_are_logged_as_deltas_and_read_back_from_every_tier()
    {
        using (TieredStore store = Open())
        {
            for (int edit = 0; edit < 100; edit++)
                await store.PutAsync("a", Text(edit));
            Assert.Equal(99, store.Status.DeltaFrames);
            Assert.True(store.Status.DeltaBytesSaved > 98 * Text(0).Length * 9 / 10, $"{store.Status.DeltaBytesSaved}");
            Assert.Equal(Text(99), store.Text("a"));
            using ReadLease hot = store.Read(Testing.Stores.Key("a"));
            Assert.Equal(Tier.Hot, hot.Tier);
        }

        using TieredStore again = Open();
        using (ReadLease warm = again.Read(Testing.Stores.Key("a")))
            Assert.Equal(Tier.Warm, warm.Tier);
        Assert.Equal(Text(99), again.Text("a"));
        using ReadLease promoted = again.Read(Testing.Stores.Key("a"));
        Assert.Equal(Tier.Hot, promoted.Tier);
        Assert.Empty(again.Verify(CancellationToken.None));
    }

    [Fact]
    public async Task A_chain_has_one_link_and_does_not_leave_its_segment()
    {
        using TieredStore store = TieredStore.Open(
            Testing.Stores.Small with { SegmentFrames = 16 }, _files, TimeProvider.System);
        int edit = 0;
        for (int segment = 1; segment <= 3; segment++)
        {
            for (int i = 0; i < 16; i++)
                await store.PutAsync("a", Text(edit++));
            Assert.Equal(segment, store.Status.Segments);
            Assert.Equal(15 * segment, store.Status.DeltaFrames);
        }
    }

    [Fact]
    public async Task A_value_that_is_new_a_short_one_and_a_store_without_deltas_are_logged_whole()
    {
        using (TieredStore store = Open())
        {
            await store.PutAsync("a", Text(0));
            await store.PutAsync("a", new string('x', 2_000));
            await store.PutAsync("a", Text(1));
            await store.PutAsync("b", Text(1));
            await store.PutAsync("short", "12345");
            await store.PutAsync("short", "12346");
            Assert.Equal(0, store.Status.DeltaFrames);
            await store.PutAsync("a", Text(2));
            Assert.Equal(1, store.Status.DeltaFrames);
        }

        using TieredStore without = TieredStore.Open(
            Testing.Stores.Small with { DeltaFrames = false }, new MemoryFiles(), TimeProvider.System);
        await without.PutAsync("a", Text(0));
        await without.PutAsync("a", Text(1));
        Assert.Equal(0, without.Status.DeltaFrames);
        Assert.Equal(Text(1), without.Text("a"));
    }

    [Fact]
    public async Task A_delta_that_left_the_hot_tier_is_no_base_when_it_comes_back()
    {
        using TieredStore store = TieredStore.Open(
            Testing.Stores.Small with { SegmentBytes = 32 << 20, SegmentFrames = 10_000 }, _files, TimeProvider.System);
        await store.PutAsync("a", Text(0));
        await store.PutAsync("a", Text(1));
        // So many other bases that the one of "a" is forgotten, and its frame leaves RAM.
        for (int i = 0; i < 350; i++)
        {
            string value = new((char)('a' + (i % 26)), 30_000);
            await store.PutAsync($"large {i}", value);
            await store.PutAsync($"large {i}", value + i);
        }

        Assert.Equal(351, store.Status.DeltaFrames);
        Assert.Equal(1, store.Status.Segments);
        using (ReadLease warm = store.Read(Testing.Stores.Key("a")))
            Assert.Equal(Tier.Warm, warm.Tier);
        using (ReadLease promoted = store.Read(Testing.Stores.Key("a")))
            Assert.Equal(Tier.Hot, promoted.Tier);
        await store.PutAsync("a", Text(2));
        Assert.Equal(351, store.Status.DeltaFrames);
        await store.PutAsync("a", Text(3));
        Assert.Equal(352, store.Status.DeltaFrames);
        Assert.Equal(Text(3), store.Text("a"));
        Assert.Empty(store.Verify(CancellationToken.None));
    }

    [Theory]
    [InlineData(CompressionLevel.Off)]
    [InlineData(CompressionLevel.Balanced)]
    [InlineData(CompressionLevel.Max)]
    public async Task Packing_makes_deltas_whole_and_keeps_every_place(CompressionLevel level)
    {
        using (TieredStore store = Open())
        {
            store.Compression = level;
            for (int edit = 0; edit < 30; edit++)
            {
                await store.PutAsync("a", Text(edit));
                await store.PutAsync($"b {edit % 5}", Text(edit));
                await store.PutAsync($"c {edit}", $"{edit}");
            }

            using StoreSnapshot snapshot = store.Snapshot();
            for (int i = 0; i < 300; i++)
                await store.PutAsync($"d {i}", new string('d', 400) + i);
            await store.PutAsync("a", Text(99));
            Assert.True(store.Status.DeltaFrames > 40, $"{store.Status.DeltaFrames}");
            Assert.True(store.Pack(CancellationToken.None) > 0);
            Assert.Equal(Text(29), snapshot.Text("a"));
            CheckPacked(store);
        }

        _files.Delete("index.snapshot");
        using TieredStore again = Open();
        again.Compression = level;
        CheckPacked(again);
        again.Pack(CancellationToken.None);
        CheckPacked(again);
    }

    private static void CheckPacked(TieredStore store)
    {
        Assert.Equal(Text(99), store.Text("a"));
        for (int i = 0; i < 5; i++)
            Assert.Equal(Text(25 + i), store.Text($"b {i}"));
        for (int i = 0; i < 30; i++)
            Assert.Equal($"{i}", store.Text($"c {i}"));
        Assert.Empty(store.Verify(CancellationToken.None));
    }

    private static string Text(int edit) =>
        string.Join(' ', Enumerable.Range(0, 300).Select(word => word == edit * 7 % 300 ? $"edit {edit}" : $"word {word}"));

    private TieredStore Open() => Testing.Stores.OpenSmall(_files);
}
