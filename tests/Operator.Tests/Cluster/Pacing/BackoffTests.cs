using Thermocline.Operator.Cluster.Pacing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Pacing;

public sealed class BackoffTests
{
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(18, 655_360)]
    [InlineData(19, 1_000_000)]
    [InlineData(int.MaxValue, 1_000_000)]
    public void Pauses_double_up_to_the_longest(int failures, double milliseconds) =>
        Assert.Equal(milliseconds, Pauses.After(failures).TotalMilliseconds);

    [Fact]
    public void Chance_takes_up_to_half() => Assert.Equal((10, 5), (
        Pauses.After(2, 0).TotalMilliseconds, Pauses.After(2, 1).TotalMilliseconds));
}
