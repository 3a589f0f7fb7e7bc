using Thermocline.Store.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Compression;

public sealed class Lz4Tests
{
    [Fact]
    public void Values_of_every_shape_and_length_come_back()
    {
        var random = new Random(1);
        foreach (string shape in Samples.Shapes)
        {
            foreach (int length in new[] { 0, 1, 12, 13, 300, 65_535, 65_549, 1 << 20 })
            {
                byte[] value = Samples.Of(shape, length, random);
                byte[] block = Encode(value);
                var exact = new GuardedBytes(length);
                Assert.True(Lz4.TryDecode(block, exact.Inside, out int written), $"{shape} {length}");
                Assert.Equal(length, written);
                Assert.True(exact.Inside.SequenceEqual(value) && exact.IsIntact);
            }
        }
    }

    [Fact]
    public void The_longest_value_comes_back()
    {
        byte[] value = Samples.Of("noise", 16 << 20, new Random(2));
        byte[] room = new byte[value.Length];
        Assert.True(Lz4.TryDecode(Encode(value), room, out _));
        Assert.True(room.AsSpan().SequenceEqual(value));
    }

    [Fact]
    public void A_destination_that_is_one_byte_short_is_refused_on_both_ways()
    {
        byte[] value = Samples.Of("text", 5_000, new Random(3));
        byte[] block = Encode(value);
        var small = new GuardedBytes(block.Length - 1);
        Assert.Equal(0, Lz4.Encode(value, small.Inside));
        var shortOfOne = new GuardedBytes(value.Length - 1);
        Assert.False(Lz4.TryDecode(block, shortOfOne.Inside, out int written));
        Assert.Equal(0, written);
        Assert.True(small.IsIntact && shortOfOne.IsIntact);
        Assert.Equal(0, Lz4.Encode([1], []));
        Assert.False(Lz4.TryDecode([], shortOfOne.Inside, out _));
        Assert.False(Lz4.TryDecode(block, [], out _));
    }

    [Fact]
    public void Damaged_blocks_are_refused_or_decode_to_bytes_that_fit()
    {
        foreach (string shape in Samples.Shapes)
        {
            byte[] value = Samples.Of(shape, 600, new Random(4));
            byte[] block = Encode(value);
            var room = new GuardedBytes(value.Length);
            for (int at = 0; at < block.Length; at++)
            {
                if (Lz4.TryDecode(block.AsSpan(0, at), room.Inside, out int cut))
                    Assert.InRange(cut, 0, value.Length - 1);
                for (int bit = 0; bit < 8; bit++)
                {
                    block[at] ^= (byte)(1 << bit);
                    if (Lz4.TryDecode(block, room.Inside, out int written))
                        Assert.InRange(written, 0, value.Length);
                    block[at] ^= (byte)(1 << bit);
                }
            }

            Assert.True(room.IsIntact);
        }
    }

    private static byte[] Encode(byte[] value)
    {
        byte[] buffer = new byte[Lz4.Bound(value.Length)];
        int length = Lz4.Encode(value, buffer);
        Assert.InRange(length, 1, buffer.Length);
        return buffer[..length];
    }
}
