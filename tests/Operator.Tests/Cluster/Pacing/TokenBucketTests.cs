using Thermocline.Operator.Cluster.Pacing;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Pacing;

public sealed class TokenBucketTests
{
    [Fact]
    public void After_the_burst_turns_come_at_the_rate_and_time_brings_them_back()
    {
        var time = new ManualTime();
        var bucket = new TokenBucket(perSecond: 10, burst: 3, time);
        double[] waits = [.. Enumerable.Range(0, 6).Select(_ => bucket.Reserve().TotalMilliseconds)];
        Assert.Equal([0, 0, 0, 100, 200, 300], waits);
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal([0, 0, 0, 100], Enumerable.Range(0, 4).Select(_ => bucket.Reserve().TotalMilliseconds));
    }
}
