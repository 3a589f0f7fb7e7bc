using Thermocline.Store.Filters;
using Thermocline.Store.Format;
using Xunit;

namespace Thermocline.Store.Tests.Filters;

public sealed class BinaryFuseFilterTests
{
    [Theory]
    [InlineData(10, 64)]
    [InlineData(100, 20)]
    [InlineData(1_000, 12)]
    [InlineData(65_536, 12)]
    [InlineData(1_000_000, 9.3)]
    public void Every_key_is_found_and_others_are_rarely(int count, double bitsPerKeyMax)
    {
        HashSet<ulong> keys = Tags40(count, seed: count);
        byte[] filter = BinaryFuseFilter.Build([.. keys]);
        foreach (ulong key in keys)
            Assert.True(BinaryFuseFilter.MayContain(filter, key), $"{key} is lost");
        Assert.InRange(BinaryFuseFilter.BitsPerKey(filter), 8, bitsPerKeyMax);
        Assert.InRange(FalsePositives(filter, keys, new Random(~count)), 0, 0.006);
    }

    [Fact]
    public void No_key_is_lost_at_any_size()
    {
        for (int count = 0; count <= 3_000; count = count < 300 ? count + 1 : count + 97)
        {
            ulong[] keys = [.. Tags40(count, seed: 1_000 + count)];
            byte[] filter = BinaryFuseFilter.Build(keys);
            Assert.All(keys, key => Assert.True(BinaryFuseFilter.MayContain(filter, key)));
        }
    }

    [Fact]
    public void Keys_that_follow_a_pattern_do_as_well_as_any()
    {
        foreach (ulong stride in new ulong[] { 1, 8, 4_096, 1UL << 24, 1UL << 32 })
        {
            HashSet<ulong> keys = [.. Enumerable.Range(0, 20_000).Select(i => (ulong)i * stride)];
            byte[] filter = BinaryFuseFilter.Build([.. keys]);
            Assert.All(keys, key => Assert.True(BinaryFuseFilter.MayContain(filter, key)));
            int wrong = Enumerable.Range(20_000, 100_000).Count(i => BinaryFuseFilter.MayContain(filter, (ulong)i * stride));
            Assert.InRange(wrong, 1, 600);
        }
    }

    [Fact]
    public void Repeated_keys_and_their_order_change_nothing()
    {
        ulong[] keys = [.. Tags40(5_000, seed: 4)];
        byte[] filter = BinaryFuseFilter.Build(keys);
        Assert.Equal(filter, BinaryFuseFilter.Build([.. keys.Reverse(), .. keys, .. Enumerable.Repeat(keys[7], 1_000)]));
        byte[] one = BinaryFuseFilter.Build([.. Enumerable.Repeat(42UL, 500)]);
        Assert.True(BinaryFuseFilter.MayContain(one, 42));
        Assert.Equal(one, BinaryFuseFilter.Build([42]));
    }

    [Fact]
    public void An_empty_filter_contains_nothing()
    {
        byte[] filter = BinaryFuseFilter.Build([]);
        Assert.Equal(BinaryFuseFilter.HeaderBytes, filter.Length);
        Assert.False(BinaryFuseFilter.MayContain(filter, 0));
        Assert.False(BinaryFuseFilter.MayContain(filter, ulong.MaxValue));
        Assert.Equal(0, BinaryFuseFilter.BitsPerKey(filter));
    }

    [Fact]
    public void Bytes_that_are_no_filter_answer_maybe()
    {
        byte[] filter = BinaryFuseFilter.Build([.. Tags40(50, seed: 5)]);
        for (int cut = 0; cut < filter.Length; cut++)
            Assert.True(BinaryFuseFilter.MayContain(filter.AsSpan(0, cut), 1));
        Assert.True(BinaryFuseFilter.MayContain([.. filter, 0], 1));
        for (int at = 0; at < BinaryFuseFilter.HeaderBytes; at++)
        {
            for (int change = 1; change < 256; change++)
            {
                filter[at] ^= (byte)change;
                for (ulong key = 0; key < 20; key++)
                {
                    _ = BinaryFuseFilter.MayContain(filter, key * 0x1234567);
                    _ = BinaryFuseFilter.BitsPerKey(filter);
                }

                filter[at] ^= (byte)change;
            }
        }
    }

    private static double FalsePositives(byte[] filter, HashSet<ulong> keys, Random random)
    {
        const int Probes = 500_000;
        int wrong = 0;
        for (int i = 0; i < Probes; i++)
        {
            ulong key = (ulong)random.NextInt64() & Tags.Mask;
            if (!keys.Contains(key) && BinaryFuseFilter.MayContain(filter, key))
                wrong++;
        }

        return (double)wrong / Probes;
    }

    private static HashSet<ulong> Tags40(int count, int seed)
    {
        var random = new Random(seed);
        var keys = new HashSet<ulong>();
        while (keys.Count < count)
            keys.Add((ulong)random.NextInt64() & Tags.Mask);
        return keys;
    }
}
