using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Do events flow, who is behind, and what was given up? Empty where nothing uses the bus.</summary>
internal static class EventsRow
{
    public static Row Whole { get; } = new("Events and Dapr",
        [Published, Lag, Age, Handled, Waiting, Calls]);

    private static Panel Published => Panel.Lines("Published", "ops",
        "Events taken, by topic. refused: the backlog was full, and the publisher was told so.",
        new Query("sum by (topic) (rate(thermocline_events_published_total{%}[$__rate_interval]))", "{{topic}}"),
        new Query("sum by (topic) (rate(thermocline_events_refused_total{%}[$__rate_interval]))", "{{topic}} refused"));

    private static Panel Lag => Panel.Lines("Events still to handle", "short",
        "By group. At `events.backlogMax` publishers wait, and are refused: a group that nobody is a member of any more gets there in the end.",
        new Query("max by (topic, group) (thermocline_events_lag{%})", "{{topic}} → {{group}}"));

    private static Panel Age => Panel.Lines("Age of the oldest of them", "s",
        "How long an event waits for its group by now.",
        new Query("max by (topic, group) (thermocline_events_lag_seconds{%})", "{{topic}} → {{group}}"))
            .Coloured(new(0, "green"), new(900, "red"));

    private static Panel Handled => Panel.Lines("Handled, delivered again, given up", "ops",
        "again: a handler failed, or did not answer in time. A dead letter was tried as often as it may be, and lies in its own topic.",
        new Query("sum by (topic, group) (rate(thermocline_events_handled_total{%}[$__rate_interval]))", "{{topic}} → {{group}}"),
        new Query("sum by (topic, group) (rate(thermocline_events_redelivered_total{%}[$__rate_interval]))", "{{topic}} → {{group}} again"),
        new Query("sum by (topic, group) (rate(thermocline_events_dead_letters_total{%}[$__rate_interval]))", "{{topic}} → {{group}} dead letters"));

    private static Panel Waiting => Panel.Lines("What memories have still to tell", "short",
        "With `memory.write` in `events.publish`: saved memories that the bus has not taken yet. At 100,000 saves are refused. "
        + "untold: reads that were not published.",
        new Query("sum by (instance) (thermocline_memory_events_waiting{%})", "{{instance}}"),
        new Query("sum by (instance) (increase(thermocline_memory_reads_untold_total{%}[$__rate_interval]))", "{{instance}} untold"));

    private static Panel Calls => Panel.Lines("Calls of daprd, p99", "s",
        "By method. PullMessages is left out: it lasts as long as its subscriber.",
        new Query(
            "histogram_quantile(0.99, sum by (le, method) (rate(thermocline_component_call_duration_seconds_bucket"
            + "{%,method!~\".*PullMessages\"}[$__rate_interval])))",
            "{{method}}"));
}
