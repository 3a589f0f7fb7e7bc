using Thermocline.Store.Tuning;
using Xunit;

namespace Thermocline.Store.Tests.Tuning;

public sealed class HotSizeAdviceTests
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public void Of_a_loop_just_its_own_size_is_wanted_and_the_reason_says_what_more_would_bring()
    {
        Access[] loop = Traces.Loop(10_000, 400_000);
        MissRatioCurve curve = CurveOf(loop);
        long size = Traces.BytesOf(loop);
        HotSizeAdvice shrink = HotSizeAdvice.Of(curve, 4 * size, Mebibyte, 8 * size);
        Assert.True(shrink.Changes);
        Assert.InRange(shrink.Bytes, size * 0.9, size * 1.1);
        Assert.EndsWith("MiB raise the hit ratio by 0.5 points only.", shrink.Why, StringComparison.Ordinal);
        HotSizeAdvice grow = HotSizeAdvice.Of(curve, size / 2, Mebibyte, 8 * size);
        Assert.InRange(grow.Bytes, size * 0.9, size * 1.1);
        Assert.Contains("more raise the hit ratio by 97", grow.Why, StringComparison.Ordinal);
        Assert.True(grow.HitRatio > 0.9);
    }

    [Fact]
    public void Advice_that_was_followed_is_followed_by_no_other()
    {
        foreach (Access[] trace in new[] { Traces.Zipf(1, 50_000, 400_000, 0.9), Traces.Mixed(2, 400_000), Traces.Loop(20_000, 400_000) })
        {
            MissRatioCurve curve = CurveOf(trace);
            for (long start = Mebibyte; start <= 128 * Mebibyte; start *= 2)
            {
                HotSizeAdvice first = HotSizeAdvice.Of(curve, start, Mebibyte, 128 * Mebibyte);
                Assert.InRange(first.Bytes, Mebibyte, 128 * Mebibyte);
                HotSizeAdvice second = HotSizeAdvice.Of(curve, first.Bytes, Mebibyte, 128 * Mebibyte);
                Assert.False(second.Changes, $"{start}: {first} then {second}");
                Assert.True(first.HitRatio >= curve.HitRatio(128 * Mebibyte) - (2 * HotSizeAdvice.Margin) - 1e-9, first.ToString());
            }
        }
    }

    [Fact]
    public void A_scan_wants_the_smallest_size()
    {
        HotSizeAdvice advice = HotSizeAdvice.Of(CurveOf(Traces.Scan(400_000)), 64 * Mebibyte, Mebibyte, 128 * Mebibyte);
        Assert.Equal((Mebibyte, true), (advice.Bytes, advice.Changes));
        Assert.Equal("the last 63 MiB raise the hit ratio by 0.0 points only.", advice.Why);
    }

    [Fact]
    public void With_too_little_seen_nothing_changes()
    {
        HotSizeAdvice advice = HotSizeAdvice.Of(CurveOf(Traces.Loop(100, 5000)), 64 * Mebibyte, Mebibyte, 128 * Mebibyte);
        Assert.Equal((64 * Mebibyte, false), (advice.Bytes, advice.Changes));
        Assert.Contains("only 5,000 of the 10,000", advice.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(500, 128)]
    public void A_size_outside_the_bounds_is_brought_inside_first(long current, long expected)
    {
        HotSizeAdvice advice = HotSizeAdvice.Of(CurveOf([]), current * Mebibyte, Mebibyte, 128 * Mebibyte);
        Assert.Equal((expected * Mebibyte, true), (advice.Bytes, advice.Changes));
    }

    [Fact]
    public void Bounds_that_make_no_sense_are_refused()
    {
        MissRatioCurve curve = CurveOf([]);
        Assert.Throws<ArgumentOutOfRangeException>(() => HotSizeAdvice.Of(curve, 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HotSizeAdvice.Of(curve, 1, 2, 1));
    }

    private static MissRatioCurve CurveOf(Access[] trace)
    {
        var sampler = new ReuseSampler();
        foreach (Access access in trace)
            sampler.Record(access.Tag, access.Bytes);
        return sampler.Curve(trace.Length);
    }
}
