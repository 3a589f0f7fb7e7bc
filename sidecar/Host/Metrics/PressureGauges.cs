using System.Diagnostics.Metrics;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Governor.Planning;

namespace Thermocline.Sidecar.Metrics;

/// <summary>Memory against its budget, and what the governor did about it. All figures are of its last look.</summary>
internal static class PressureGauges
{
    public static void AddTo(Meter meter, Governor.Governor governor)
    {
        AddMemory(meter, governor);
        AddLadder(meter, governor);
    }

    private static void AddMemory(Meter meter, Governor.Governor governor)
    {
        void Bytes(string name, Func<PressureReport, long> value, string description) =>
            meter.CreateObservableGauge(name, () => value(governor.Report), null, description);

        Bytes("thermocline_budget_limit_bytes", static report => report.LimitBytes,
            "The budget in force: the configured one, or the container's limit where that is less.");
        meter.CreateObservableGauge("thermocline_budget_mark_bytes", () => Marks(governor.Report), null,
            "The marks at which routine relief, the emergency and the refusal of writes begin.");
        Bytes("thermocline_memory_used_bytes", static report => report.UsedBytes, "What is compared with the marks.");
        Bytes("thermocline_memory_working_set_bytes", static report => report.Memory.WorkingSetBytes,
            "Working set as the kubelet computes it.");
        Bytes("thermocline_memory_anonymous_bytes", static report => report.Memory.AnonymousBytes,
            "Resident memory that no file stands behind.");
        Bytes("thermocline_memory_managed_committed_bytes", static report => report.Memory.ManagedCommittedBytes,
            "What the garbage collector holds from the system.");
        Bytes("thermocline_memory_native_bytes", static report => report.Memory.NativeBytes,
            "What components hold outside the managed heap, as charged to the ledger.");
        Bytes("thermocline_memory_unexplained_bytes", static report => report.Memory.UnexplainedBytes,
            "Anonymous memory that neither the collector nor the ledger knows of.");
        Bytes("thermocline_cgroup_memory_usage_bytes", static report => report.Memory.CgroupUsageBytes,
            "What the memory cgroup is charged with, page cache included; 0 where there is none.");
        Bytes("thermocline_cgroup_memory_limit_bytes", static report => report.Memory.CgroupLimitBytes,
            "The limit of the memory cgroup; 0 where there is none.");
        Bytes("thermocline_hot_target_bytes", static report => report.HotTargetBytes, "Most that the hot tier may take now.");
        meter.CreateObservableCounter("thermocline_cgroup_limit_hits_total", () => governor.Report.Memory.LimitHits, null,
            "How often the memory cgroup reached its limit.");
        meter.CreateObservableCounter("thermocline_cgroup_oom_kills_total", () => governor.Report.Memory.OomKills, null,
            "Processes of the memory cgroup that the kernel killed.");
        meter.CreateObservableCounter("thermocline_pressure_stall_seconds_total", () => Stalls(governor.Report), null,
            "Time that some or all tasks stood still for want of memory.");
    }

    private static void AddLadder(Meter meter, Governor.Governor governor)
    {
        meter.CreateObservableGauge("thermocline_pressure_state", () => StateOf(governor.Report), null,
            "0 calm, 1 routine, 2 critical, 3 refusing writes.");
        meter.CreateObservableGauge("thermocline_compression_level", () => LevelOf(governor.Report), null,
            "The level in force: 0 Off, 1 Fast, 2 Balanced, 3 Max.");
        meter.CreateObservableCounter("thermocline_writes_refused_total", () => governor.Report.RefusedWrites, null,
            "Writes refused for want of memory.");
        meter.CreateObservableCounter("thermocline_pressure_actions_total", () => PerStep(governor, static step => step.Runs), null,
            "Steps of the ladder taken.");
        meter.CreateObservableCounter("thermocline_pressure_freed_bytes_total", () => PerStep(governor, static step => step.FreedBytes), null,
            "What the steps gave back, as measured.");
        meter.CreateObservableCounter("thermocline_pressure_step_failures_total", () => PerStep(governor, static step => step.Failures), null,
            "Steps that failed.");
        meter.CreateObservableCounter("thermocline_pressure_action_seconds_total",
            () => governor.Report.Steps.Select(static step => new Measurement<double>(step.Seconds, Label("step", step.Step))), null,
            "Time the steps took.");
    }

    private static IEnumerable<Measurement<long>> PerStep(Governor.Governor governor, Func<PressureStep, long> value) =>
        governor.Report.Steps.Select(step => new Measurement<long>(value(step), Label("step", step.Step)));

    private static Measurement<long>[] Marks(PressureReport report) =>
    [
        new(report.HighBytes, Label("mark", "high")),
        new(report.CriticalBytes, Label("mark", "critical")),
        new(report.RefuseBytes, Label("mark", "refuse")),
    ];

    private static Measurement<double>[] Stalls(PressureReport report) =>
    [
        new(report.Memory.StallSeconds, Label("kind", "some")),
        new(report.Memory.FullStallSeconds, Label("kind", "full")),
    ];

    private static long StateOf(PressureReport report) =>
        Array.FindIndex(Enum.GetValues<PressureState>(), state => PressureStates.Word(state) == report.State);

    private static long LevelOf(PressureReport report) => report.CompressionLevel switch
    {
        "Off" => 0,
        "Fast" => 1,
        "Balanced" => 2,
        _ => 3,
    };

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
