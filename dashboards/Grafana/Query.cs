namespace Thermocline.Dashboards.Grafana;

/// <summary>A question to Prometheus.</summary>
/// <param name="Expression">PromQL, in which <c>{%</c> begins a selector of the chosen sidecars.</param>
/// <param name="Legend">What an answer is called; <c>{{label}}</c> is replaced.</param>
internal sealed record Query(string Expression, string Legend)
{
    private const string Chosen = """{namespace=~"$namespace",cluster=~"$cluster",pod=~"$pod",instance=~"$instance" """;

    /// <summary>The expression with the selector of the chosen sidecars written out.</summary>
    public string PromQl => Expression.Replace("{%", Chosen.TrimEnd(), StringComparison.Ordinal);
}
