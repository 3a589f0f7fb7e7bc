using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

public sealed class PromQlTests
{
    [Theory]
    [InlineData("a == 1", "a == bool 1")]
    [InlineData("a{b!=\"c>d\"} > 0.5 * b", "a{b!=\"c>d\"} > bool 0.5 * b")]
    [InlineData("a > ignoring (mark) b{mark=\"high\"}", "a > bool ignoring (mark) b{mark=\"high\"}")]
    [InlineData("a >= bool 1 and b <= 2", "a >= bool 1 and b <= bool 2")]
    [InlineData("absent(a)", "absent(a)")]
    public void A_comparison_answers_for_every_series(string expression, string without) =>
        Assert.Equal(without, PromQl.WithoutFilters(expression));

    [Fact]
    public void Variables_are_replaced_as_Grafana_does() => Assert.Equal(
        """rate(a{pod=~".*",instance=~"127\\.0\\.0\\.1:70"}[4s]) + increase(a[60s])""",
        PromQl.AsGrafanaSends("""rate(a{pod=~"$pod",instance=~"$instance"}[$__rate_interval]) + increase(a[$__range])""", "127.0.0.1:70", 60));
}
