using Thermocline.Store.Tuning;
using Xunit;

namespace Thermocline.Store.Tests.Tuning;

public sealed class ReuseSamplerTests
{
    public static TheoryData<string> Kinds => ["zipf 0.7", "zipf 0.9", "zipf 1.1", "mixed", "few keys"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_curve_is_that_of_a_real_cache_within_a_few_points(string kind)
    {
        Access[] trace = TraceOf(kind);
        var sampler = new ReuseSampler();
        MissRatioCurve curve = CurveOf(sampler, trace);
        long all = Traces.BytesOf(trace);
        double worst = 0;
        double sum = 0;
        const int Sizes = 12;
        for (int i = 1; i <= Sizes; i++)
        {
            long size = (long)(all * Math.Pow(i / (double)Sizes, 2));
            double error = Math.Abs(curve.HitRatio(size) - Traces.LruHitRatio(trace, size));
            worst = Math.Max(worst, error);
            sum += error;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: rate {sampler.Rate:0.0000}, worst error {worst:0.0000}, mean {sum / Sizes:0.0000}");
        Assert.True(worst < 0.04, $"{kind}: worst error {worst:0.0000}");
        Assert.True(sum / Sizes < 0.015, $"{kind}: mean error {sum / Sizes:0.0000}");
    }

    [Fact]
    public void A_sample_that_holds_every_key_is_exact_but_for_the_steps_of_the_curve()
    {
        Access[] trace = Traces.Zipf(3, 3000, 100_000, 0.8);
        var sampler = new ReuseSampler();
        MissRatioCurve curve = CurveOf(sampler, trace);
        Assert.Equal(1, sampler.Rate);
        for (int part = 1; part <= 10; part++)
        {
            long size = Traces.BytesOf(trace) * part / 10;
            Assert.Equal(Traces.LruHitRatio(trace, size), curve.HitRatio(size), 0.01);
        }
    }

    [Fact]
    public void A_scan_hits_at_no_size_and_a_loop_from_its_own_size_on()
    {
        MissRatioCurve scan = CurveOf(new ReuseSampler(), Traces.Scan(300_000));
        Assert.Equal(0, scan.HitRatio(1L << 40), 0.01);
        Access[] loop = Traces.Loop(60_000, 600_000);
        MissRatioCurve curve = CurveOf(new ReuseSampler(), loop);
        long size = Traces.BytesOf(loop);
        Assert.True(curve.HitRatio((long)(size * 0.85)) < 0.02, $"{curve.HitRatio((long)(size * 0.85))}");
        Assert.Equal(Traces.LruHitRatio(loop, (long)(size * 1.15)), curve.HitRatio((long)(size * 1.15)), 0.02);
    }

    [Fact]
    public void The_curve_never_falls_and_stays_between_0_and_1()
    {
        foreach (string kind in new[] { "zipf 1.1", "mixed" })
        {
            MissRatioCurve curve = CurveOf(new ReuseSampler(), TraceOf(kind));
            double before = 0;
            for (double size = 1; size < 1e13; size *= 1.01)
            {
                double ratio = curve.HitRatio((long)size);
                Assert.InRange(ratio, before, 1);
                Assert.Equal(1 - ratio, curve.MissRatio((long)size));
                before = ratio;
            }
        }
    }

    [Fact]
    public void Its_memory_is_bounded_and_the_rate_falls_with_the_number_of_keys()
    {
        var sampler = new ReuseSampler();
        Assert.True(sampler.MemoryBytes < 256 << 10, $"{sampler.MemoryBytes}");
        double before = 1;
        foreach (int keys in new[] { 4000, 100_000, 2_000_000 })
        {
            foreach (Access access in Traces.Scan(keys))
                sampler.Record(access.Tag, access.Bytes);
            Assert.True(keys < ReuseSampler.KeysMax ? sampler.Rate == 1 : sampler.Rate < before / 5);
            before = sampler.Rate;
        }

        Assert.InRange(sampler.Rate * 2_000_000, ReuseSampler.KeysMax * 0.7, ReuseSampler.KeysMax * 1.05);
    }

    [Fact]
    public void What_is_forgotten_no_longer_counts()
    {
        var sampler = new ReuseSampler();
        CurveOf(sampler, Traces.Scan(200_000));
        sampler.Forget(0);
        Assert.Equal((0, 1), (sampler.Curve(0).Samples, sampler.Curve(0).MissRatio(1L << 40)));
        Access[] loop = Traces.Loop(1000, 200_000);
        Assert.True(CurveOf(sampler, loop).HitRatio(Traces.BytesOf(loop) * 2) > 0.9);
    }

    [Fact]
    public void An_empty_curve_knows_nothing_and_says_so()
    {
        MissRatioCurve curve = new ReuseSampler().Curve(0);
        Assert.Equal((0, 0.0, 1.0), (curve.Samples, curve.HitRatio(1 << 30), curve.MissRatio(0)));
    }

    [Fact]
    public void Tags_that_all_fall_into_one_place_break_nothing()
    {
        var sampler = new ReuseSampler();
        for (ulong i = 0; i < 100_000; i++)
            sampler.Record(i << 40, 1);
        for (int i = 0; i < 100_000; i++)
            sampler.Record(7, int.MaxValue);
        Assert.InRange(sampler.Curve(200_000).HitRatio(long.MaxValue), 0, 1);
    }

    [Fact]
    public async Task Many_threads_may_record_at_once()
    {
        var sampler = new ReuseSampler();
        Access[] trace = Traces.Zipf(8, 100_000, 200_000, 0.9);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Factory.StartNew(() =>
        {
            for (int i = part; i < trace.Length; i += 4)
                sampler.Record(trace[i].Tag, trace[i].Bytes);
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        long size = Traces.BytesOf(trace) / 4;
        Assert.Equal(Traces.LruHitRatio(trace, size), sampler.Curve(trace.Length).HitRatio(size), 0.05);
    }

    private static Access[] TraceOf(string kind) => kind switch
    {
        "zipf 0.7" => Traces.Zipf(1, 100_000, 500_000, 0.7),
        "zipf 0.9" => Traces.Zipf(2, 100_000, 500_000, 0.9),
        "zipf 1.1" => Traces.Zipf(3, 100_000, 500_000, 1.1),
        "mixed" => Traces.Mixed(4, 500_000),
        _ => Traces.Zipf(5, 5000, 200_000, 0.9),
    };

    private static MissRatioCurve CurveOf(ReuseSampler sampler, Access[] trace)
    {
        foreach (Access access in trace)
            sampler.Record(access.Tag, access.Bytes);
        return sampler.Curve(trace.Length);
    }
}
