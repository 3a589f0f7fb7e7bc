using Thermocline.Memory.Indexes;
using Xunit;

namespace Thermocline.Memory.Tests.Indexes;

public sealed class OrderedKeyTests
{
    private static readonly double[] Numbers =
    [
        double.NegativeInfinity, double.MinValue, -1e10, -1, -double.Epsilon, 0, double.Epsilon, 1e-300, 1, Math.PI, 1e10,
        double.MaxValue, double.PositiveInfinity,
    ];

    private static readonly long[] Wholes = [long.MinValue, long.MinValue + 1, -256, -255, -1, 0, 1, 255, 256, long.MaxValue];

    // In the order of code points, which the pairs above U+FFFF decide against the order of .NET's characters.
    private static readonly string[] Texts = ["", "\0", "\0\0", "\0a", "\u0001", "a", "a\0", "a\0b", "a\u0001", "ab", "b", "é", "\uE000", "\uFFFF", "🌊", "🌊a"];

    [Fact]
    public void The_order_of_the_bytes_is_the_order_of_the_values()
    {
        AssertRises(Numbers, value => new OrderedKey().Add(value));
        AssertRises(Wholes, value => new OrderedKey().Add(value));
        AssertRises(Texts, value => new OrderedKey().Add(value));
        AssertRises(
            [DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch.AddTicks(-1), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue],
            value => new OrderedKey().Add(value));
    }

    [Fact]
    public void Random_tuples_sort_as_their_values_and_come_back_exactly()
    {
        var random = new Random(5);
        var tuples = new List<(double Number, string Text, long Whole, DateTimeOffset Time)>();
        for (int i = 0; i < 3000; i++)
            tuples.Add((Number(random), Text(random), Whole(random), Time(random)));
        byte[][] keys = [.. tuples.Select(Encode)];
        for (int i = 0; i < tuples.Count; i++)
        {
            int other = random.Next(tuples.Count);
            Assert.Equal(Math.Sign(Compare(tuples[i], tuples[other])), Math.Sign(keys[i].AsSpan().SequenceCompareTo(keys[other])));
            var reader = new OrderedKeyReader([.. keys[i], 7, 0]);
            Assert.True(reader.TryRead(out double number));
            Assert.True(reader.TryRead(out string text));
            Assert.True(reader.TryRead(out long whole));
            Assert.True(reader.TryRead(out DateTimeOffset time));
            Assert.Equal(tuples[i], (number, text, whole, time));
            Assert.Equal([7, 0], reader.Rest.ToArray());
        }
    }

    [Fact]
    public void Minus_zero_is_zero_and_NaN_is_refused()
    {
        Assert.Equal(new OrderedKey().Add(0.0).Bytes.ToArray(), new OrderedKey().Add(-0.0).Bytes.ToArray());
        Assert.Throws<ArgumentException>(() => new OrderedKey().Add(double.NaN));
        Assert.ThrowsAny<ArgumentException>(() => new OrderedKey().Add("half \ud800 pair"));
    }

    [Fact]
    public void A_moment_is_the_same_in_every_zone()
    {
        var noon = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.FromHours(5));
        Assert.Equal(new OrderedKey().Add(noon).Bytes.ToArray(), new OrderedKey().Add(noon.ToUniversalTime()).Bytes.ToArray());
    }

    [Fact]
    public void Bytes_that_were_not_written_are_not_read()
    {
        byte[] text = new OrderedKey().Add("abc\0d").Bytes.ToArray();
        // Cut behind its zero byte it is the key of the shorter text.
        foreach (int length in Enumerable.Range(0, text.Length).Where(length => text[..length] is not [.., 0]))
            Assert.False(new OrderedKeyReader(text.AsSpan(0, length)).TryRead(out string _));
        byte[] number = new OrderedKey().Add(1.5).Bytes.ToArray();
        Assert.False(new OrderedKeyReader(number.AsSpan(0, 8)).TryRead(out double _));
        Assert.False(new OrderedKeyReader(number).TryRead(out long _));
        Assert.False(new OrderedKeyReader(number).TryRead(out string _));
        Assert.False(new OrderedKeyReader([OrderedKey.NumberKind, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).TryRead(out double _));
        Assert.False(new OrderedKeyReader([OrderedKey.TimeKind, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).TryRead(out DateTimeOffset _));
        Assert.False(new OrderedKeyReader([OrderedKey.TextKind, 0xFF, 0]).TryRead(out string _));
    }

    private static void AssertRises<T>(IReadOnlyList<T> values, Func<T, OrderedKey> encode)
    {
        for (int i = 0; i < values.Count; i++)
        {
            for (int j = 0; j < values.Count; j++)
            {
                int order = encode(values[i]).Bytes.Span.SequenceCompareTo(encode(values[j]).Bytes.Span);
                Assert.True(Math.Sign(order) == Math.Sign(i - j), $"{values[i]} and {values[j]}: {order}");
            }
        }
    }

    private static byte[] Encode((double Number, string Text, long Whole, DateTimeOffset Time) tuple) =>
        new OrderedKey().Add(tuple.Number).Add(tuple.Text).Add(tuple.Whole).Add(tuple.Time).Bytes.ToArray();

    private static int Compare((double Number, string Text, long Whole, DateTimeOffset Time) left, (double Number, string Text, long Whole, DateTimeOffset Time) right)
    {
        int order = left.Number.CompareTo(right.Number);
        if (order == 0)
            order = System.Text.Encoding.UTF8.GetBytes(left.Text).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right.Text));
        if (order == 0)
            order = left.Whole.CompareTo(right.Whole);
        return order != 0 ? order : left.Time.CompareTo(right.Time);
    }

    // Few different values, so that the later parts of a tuple decide often.
    private static double Number(Random random)
    {
        if (random.Next(4) > 0)
            return Numbers[random.Next(Numbers.Length)];
        double any = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
        return double.IsNaN(any) ? 0 : any + 0.0;
    }

    private static string Text(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(0, 3)).Select(_ => Texts[random.Next(Texts.Length)]));

    private static long Whole(Random random) =>
        random.Next(2) == 0 ? Wholes[random.Next(Wholes.Length)] : random.NextInt64(long.MinValue, long.MaxValue);

    private static DateTimeOffset Time(Random random) => new(random.NextInt64(DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
}
