using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Index;
using Xunit;

namespace Thermocline.Store.Tests.Index;

public sealed unsafe class HashIndexTests
{
    private static MemoryAccount Account => new MemoryLedger().Open("states", "index", MemoryKind.Native);

    private readonly MemoryFiles _files = new();

    [Fact]
    public void Entries_are_found_through_growth_and_removal()
    {
        var index = new HashIndex(Account);
        var random = new Random(3);
        var model = new Dictionary<ulong, ulong>();
        for (int step = 0; step < 300_000; step++)
        {
            ulong tag = Tag(random.Next(60_000));
            IndexProbe probe = index.Begin(tag);
            bool found = HashIndex.Next(ref probe);
            Assert.Equal(model.TryGetValue(tag, out ulong expected), found);
            if (found)
                Assert.Equal(expected, probe.Address.Packed);
            if (random.Next(3) > 0)
            {
                var address = new Address((ulong)random.NextInt64(1L << 48));
                if (found)
                    HashIndex.Move(probe.Slot, tag, address, 0);
                else
                    index.Insert(tag, address, 0);
                model[tag] = address.Packed;
            }
            else if (found)
            {
                index.Remove(probe.Slot, tag);
                model.Remove(tag);
            }
        }

        Assert.Equal(model.Count, index.Count);
        Assert.InRange((double)index.Bytes / 60_000, 16, 60);
    }

    [Fact]
    public void Tags_that_are_equal_are_all_offered()
    {
        var index = new HashIndex(Account);
        for (ulong i = 1; i <= 5; i++)
            index.Insert(42, new Address(i), 0);
        IndexProbe probe = index.Begin(42);
        var seen = new List<ulong>();
        while (HashIndex.Next(ref probe))
            seen.Add(probe.Address.Packed);
        Assert.Equal<ulong>([1, 2, 3, 4, 5], [.. seen.Order()]);
    }

    [Fact]
    public void More_equal_tags_than_a_page_holds_are_refused_and_the_others_stay()
    {
        var index = new HashIndex(Account);
        index.Insert(Tag(1), new Address(9), 0);
        StoreException refused = Assert.Throws<StoreException>(() =>
        {
            for (ulong i = 1; i <= 1000; i++)
                index.Insert(42, new Address(i), 0);
        });
        Assert.Equal(StoreFault.Full, refused.Fault);
        IndexProbe probe = index.Begin(Tag(1));
        Assert.True(HashIndex.Next(ref probe));
        Assert.Equal(9UL, probe.Address.Packed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(50_000)]
    public void A_snapshot_is_loaded_page_by_page_and_can_be_changed_and_saved_again(int count)
    {
        var index = new HashIndex(Account);
        for (int i = 0; i < count; i++)
            index.Insert(Tag(i), new Address((ulong)i + 1), 7);
        Save(index);
        for (int round = 1; round <= 2; round++)
        {
            var loaded = new HashIndex(Open(), Account);
            Assert.Equal(count + round - 1, loaded.Count);
            Assert.Equal(0, Mapped(loaded));
            for (int i = 0; i < count; i += 2)
                CheckEntry(loaded, i);
            loaded.Insert(Tag(1_000_000 + round), new Address(77), 0);
            Save(loaded);
        }

        var last = new HashIndex(Open(), Account);
        for (int i = 0; i < count; i++)
            CheckEntry(last, i);
        CheckMissing(last, 2_000_000);
    }

    private static void CheckEntry(HashIndex index, int i)
    {
        IndexProbe probe = index.Begin(Tag(i));
        Assert.True(HashIndex.Next(ref probe));
        Assert.Equal((ulong)i + 1, probe.Address.Packed);
        Assert.Equal(0U, probe.Hot);
    }

    private static void CheckMissing(HashIndex index, int i)
    {
        IndexProbe probe = index.Begin(Tag(i));
        Assert.False(HashIndex.Next(ref probe));
    }

    // The directory is there; no page is.
    private static long Mapped(HashIndex index) => index.Bytes - ((1L << index.Depth) * sizeof(long));

    private static ulong Tag(int i) => new KeyHash("0123456789abcdef"u8).Tag(BitConverter.GetBytes(i));

    private void Save(HashIndex index)
    {
        var header = new IndexSnapshotHeader(Guid.Empty, 1, 1, index.Count, 0, 0);
        IndexSnapshotFile.Write(_files, header, index);
    }

    private IndexSnapshotFile Open() =>
        IndexSnapshotFile.TryOpen(_files, static damage => throw damage)
        ?? throw new InvalidOperationException("The snapshot was just written.");
}
