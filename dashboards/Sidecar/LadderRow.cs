using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>What was done about pressure, what did it free, and what did it cost?</summary>
internal static class LadderRow
{
    public static Row Whole { get; } = new("The ladder: relief of pressure",
        [State, Refused, Actions, Freed, Seconds, Yield, Failures, Stalls, Container]);

    private static Panel State => Panel.States("State",
        "calm, routine (above the high mark), critical (above the critical mark), refusing (new writes get 429). "
        + "Short yellow bands are the ladder at work; orange or red for minutes is a budget that is too small.",
        new Query("max by (instance) (thermocline_pressure_state{%})", "{{instance}}"))
            .Naming(States.Pressure).Wide(16);

    private static Panel Refused => Panel.Bars("Writes refused over time", "short",
        "Answers 429 `memory-pressure` in each interval. Reads and deletes go on meanwhile.",
        new Query("sum by (instance) (increase(thermocline_writes_refused_total{%}[$__rate_interval]))", "{{instance}}"));

    private static Panel Actions => Panel.Bars("Steps taken", "short",
        "Cheapest first: trim-caches, drop-hot, compress-hot, collect, offload; from the critical mark on, emergency. A step that "
        + "gave nothing back is left alone for a while.",
        new Query("sum by (step) (increase(thermocline_pressure_actions_total{%}[$__rate_interval]))", "{{step}}"));

    private static Panel Freed => Panel.Bars("Freed by step", "bytes",
        "Bytes by which memory in use fell while the step ran. What the collector gives back later is counted for nobody.",
        new Query("sum by (step) (increase(thermocline_pressure_freed_bytes_total{%}[$__rate_interval]))", "{{step}}"));

    private static Panel Seconds => Panel.Lines("Time a step takes", "s",
        "Mean over the steps taken in the interval. Gaps: none was taken.",
        new Query(
            "sum by (step) (rate(thermocline_pressure_action_seconds_total{%}[$__rate_interval])) "
            + "/ sum by (step) (rate(thermocline_pressure_actions_total{%}[$__rate_interval]))",
            "{{step}}"));

    private static Panel Yield => Panel.Lines("Freed for each second of work", "binBps",
        "What a step is worth. One that falls far below what it used to yield has little left to give; the ladder then prefers others.",
        new Query(
            "sum by (step) (rate(thermocline_pressure_freed_bytes_total{%}[$__rate_interval])) "
            + "/ sum by (step) (rate(thermocline_pressure_action_seconds_total{%}[$__rate_interval]))",
            "{{step}}"));

    private static Panel Failures => Panel.Bars("Steps that failed", "short",
        "The ladder goes on to the next step. The log says why; offload fails while the cold store is away.",
        new Query("sum by (step) (increase(thermocline_pressure_step_failures_total{%}[$__rate_interval]))", "{{step}}"));

    private static Panel Stalls => Panel.Lines("Stalled for want of memory", "percentunit",
        "Share of time in which some task, or every task (full), waited for memory: of the container where the kernel counts "
        + "it, else of the machine. Above a percent, reads are slower than they should be.",
        new Query("sum by (kind) (rate(thermocline_pressure_stall_seconds_total{%}[$__rate_interval]))", "{{kind}}"));

    private static Panel Container => Panel.Bars("The container's limit", "short",
        "reached: the kernel reclaimed memory at the limit, mostly page cache, which is harmless. killed: it ended a process of the "
        + "container; the budget and the limit do not fit together.",
        new Query("sum(increase(thermocline_cgroup_limit_hits_total{%}[$__rate_interval]))", "reached"),
        new Query("sum(increase(thermocline_cgroup_oom_kills_total{%}[$__rate_interval]))", "killed"));
}
