namespace Thermocline.Testing.Prometheus;

/// <summary>Where Prometheus and promtool are.</summary>
/// <param name="Server">The path of <c>prometheus</c>.</param>
/// <param name="Promtool">The path of <c>promtool</c>.</param>
public sealed record PrometheusProgram(string Server, string Promtool)
{
    /// <summary>What to say when <see cref="Find"/> finds nothing.</summary>
    public const string Missing = "prometheus and promtool are not on the path. Install the package prometheus.";

    public static PrometheusProgram? Find() =>
        OnPath("prometheus") is { } server && OnPath("promtool") is { } promtool ? new PrometheusProgram(server, promtool) : null;

    /// <summary>Both for a test that cannot do without them.</summary>
    public static PrometheusProgram Need() => Required.Found(Find(), Missing);

    private static string? OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
