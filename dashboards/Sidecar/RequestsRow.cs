using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>How long do clients wait, and what are they answered?</summary>
internal static class RequestsRow
{
    public static Row Whole { get; } = new("Requests",
    [
        Latency("p50", "0.5", "The ordinary wait."),
        Latency("p95", "0.95", "One request in twenty waits longer."),
        Latency("p99", "0.99", "One in a hundred waits longer. Writes wait for their sync; reads of cold records for the network."),
        Rate,
        Failures,
        Connections,
    ]);

    private static Panel Rate => Panel.Stack("Requests by route", "reqps",
        "Answered requests. `unmatched` is what no route fits.",
        new Query("""sum by (route, method) (rate(thermocline_http_request_duration_seconds_count{%}[$__rate_interval]))""", "{{method}} {{route}}"));

    private static Panel Failures => Panel.Lines("Share of requests by answer", "percentunit",
        "4xx holds absent keys (404), failed conditions (412) and refused writes (429): ordinary answers. 5xx is ours: 503 and 507 "
        + "say why in their problem code.",
        new Query(
            "sum by (status) (rate(thermocline_http_request_duration_seconds_count{%}[$__rate_interval])) "
            + "/ scalar(sum(rate(thermocline_http_request_duration_seconds_count{%}[$__rate_interval])))",
            "{{status}}"))
            .UpTo(1);

    private static Panel Connections => Panel.Lines("Open connections", "short",
        "By listener: data, its unix socket, admin. Each takes a file handle; `listen.maxConnections` bounds them.",
        new Query("sum by (listener) (thermocline_http_connections{%})", "{{listener}}"));

    private static Panel Latency(string name, string quantile, string meaning) => Panel.Lines($"Latency {name} by route", "s",
        $"{meaning} From a request's headers to the end of its answer, as the sidecar sees it; resolution is that of the "
        + "buckets (0.1 ms to 10 s).",
        new Query(
            $"histogram_quantile({quantile}, sum by (le, route, method) "
            + "(rate(thermocline_http_request_duration_seconds_bucket{%}[$__rate_interval])))",
            "{{method}} {{route}}"));
}
