using Thermocline.Store.Compression;
using Xunit;

namespace Thermocline.Store.Tests.Compression;

public sealed class ByteQuantiserTests
{
    [Fact]
    public void Numbers_of_every_range_are_off_by_half_a_step_at_most()
    {
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++)
        {
            // Offsets far larger than the spread, and magnitudes from subnormal to the largest.
            double spread = Math.Pow(10, random.Next(-45, 38));
            double offset = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-45, 38));
            float[] values = new float[random.Next(1, 300)];
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(offset + (spread * random.NextDouble()));
            AssertWithinBound(values);
        }
    }

    [Fact]
    public void Ends_of_the_range_and_neighbouring_numbers_stay_in_bound()
    {
        AssertWithinBound([float.MinValue, float.MaxValue, 0, 1, -1]);
        AssertWithinBound([float.MaxValue, MathF.BitDecrement(float.MaxValue)]);
        AssertWithinBound([float.MinValue, MathF.BitIncrement(float.MinValue)]);
        AssertWithinBound([1, MathF.BitIncrement(1), MathF.BitDecrement(1)]);
        AssertWithinBound([float.Epsilon, 0, -float.Epsilon]);
        AssertWithinBound([-1, 1e-30f, 1]);
        AssertWithinBound([.. Enumerable.Range(0, 256).Select(i => 65536f + (i / 128f))]);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1.5f)]
    [InlineData(-3.3e33f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.Epsilon)]
    public void A_constant_vector_comes_back_exactly(float value)
    {
        float[] values = [.. Enumerable.Repeat(value, 100)];
        Assert.Equal(values, AssertWithinBound(values));
    }

    [Fact]
    public void Both_ends_of_the_range_come_back_nearly_exactly_and_256_even_values_exactly()
    {
        float[] even = [.. Enumerable.Range(0, 256).Select(i => i - 100f)];
        Assert.Equal(even, AssertWithinBound(even));
        Assert.Equal(ByteQuantiser.HeaderBytes + 256, ByteQuantiser.EncodedLength(even));
    }

    [Fact]
    public void What_is_no_number_is_kept_exactly_and_does_not_widen_the_range()
    {
        float odd = BitConverter.UInt32BitsToSingle(0x7FC12345);
        float[] values = [1, float.NaN, 2, float.PositiveInfinity, 1.5f, float.NegativeInfinity, odd];
        float[] decoded = AssertWithinBound(values);
        Assert.Equal(0x7FC12345u, BitConverter.SingleToUInt32Bits(decoded[6]));
        Assert.True(ByteQuantiser.TryDescribe(Encode(values), out _, out double errorMax));
        Assert.InRange(errorMax, 0, 0.5 / 254);

        AssertWithinBound([float.NaN, float.NaN]);
        AssertWithinBound([float.NegativeInfinity]);
    }

    [Fact]
    public void An_empty_vector_and_a_short_destination_are_answers()
    {
        byte[] empty = Encode([]);
        Assert.True(ByteQuantiser.TryDescribe(empty, out int count, out _));
        Assert.Equal(0, count);
        Assert.True(ByteQuantiser.TryDecode(empty, []));
        Assert.False(ByteQuantiser.TryDecode(empty, new float[1]));
        Assert.Equal(0, ByteQuantiser.Encode([1, 2], new byte[ByteQuantiser.HeaderBytes + 1]));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_give_numbers()
    {
        byte[] encoded = Encode([1, 2, float.NaN, 3, float.PositiveInfinity, 4]);
        float[] room = new float[6];
        for (int at = 0; at < encoded.Length; at++)
        {
            Assert.False(ByteQuantiser.TryDecode(encoded.AsSpan(0, at), room));
            for (int change = 1; change < 256; change++)
            {
                encoded[at] ^= (byte)change;
                _ = ByteQuantiser.TryDecode(encoded, room);
                encoded[at] ^= (byte)change;
            }
        }

        Assert.False(ByteQuantiser.TryDecode([.. encoded, 0], room));
        encoded[^8] = encoded[^16];
        Assert.False(ByteQuantiser.TryDecode(encoded, room));
    }

    private static byte[] Encode(float[] values)
    {
        byte[] encoded = new byte[ByteQuantiser.EncodedLength(values)];
        Assert.Equal(encoded.Length, ByteQuantiser.Encode(values, encoded));
        return encoded;
    }

    private static float[] AssertWithinBound(float[] values)
    {
        byte[] encoded = Encode(values);
        Assert.True(ByteQuantiser.TryDescribe(encoded, out int count, out double errorMax));
        Assert.Equal(values.Length, count);
        float[] decoded = new float[count];
        Assert.True(ByteQuantiser.TryDecode(encoded, decoded));
        float[] finite = [.. values.Where(float.IsFinite)];
        if (finite.Length > 0)
        {
            double range = (double)finite.Max() - finite.Min();
            double largest = finite.Max(value => Math.Abs((double)value));
            Assert.InRange(errorMax, 0, ((range / 255) + (largest * 2.5e-7) + float.Epsilon) / 2);
        }

        for (int i = 0; i < count; i++)
        {
            if (float.IsFinite(values[i]))
                Assert.True(Math.Abs((double)decoded[i] - values[i]) <= errorMax, $"{values[i]:R} became {decoded[i]:R}");
            else
                Assert.Equal(BitConverter.SingleToUInt32Bits(values[i]), BitConverter.SingleToUInt32Bits(decoded[i]));
        }

        return decoded;
    }
}
