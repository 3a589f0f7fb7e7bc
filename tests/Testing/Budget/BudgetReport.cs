namespace Thermocline.Testing.Budget;

/// <summary>What came of a run.</summary>
public sealed record BudgetReport
{
    /// <summary>The words of a sidecar that refused to start, with its exit code; null when it started.</summary>
    public string? RefusedToStart { get; init; }

    /// <summary>How it ended before it was told to, or did not stop when told; null when neither.</summary>
    public string? EndedEarly { get; init; }

    /// <summary>Whether the run was stopped before its end.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Processes the kernel killed for want of memory.</summary>
    public long OomKills { get; init; }

    /// <summary>Records acknowledged.</summary>
    public int Records { get; init; }

    /// <summary>Bytes of them in their first version, and in later ones.</summary>
    public long NewBytes { get; init; }

    public long OverwrittenBytes { get; init; }

    public TimeSpan WriteTime { get; init; }

    /// <summary>Refused writes by problem code.</summary>
    public IReadOnlyDictionary<string, long> Refusals { get; init; } = new Dictionary<string, long>();

    /// <summary>Reads at random that were compared.</summary>
    public long Reads { get; init; }

    /// <summary>Records the final walk compared.</summary>
    public int Walked { get; init; }

    public TimeSpan WalkTime { get; init; }

    /// <summary>Records that were missing or not equal; must be 0.</summary>
    public long MistakeCount { get; init; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<string> Mistakes { get; init; } = [];

    /// <summary>When the limits moved, and how it went.</summary>
    public IReadOnlyList<string> Moves { get; init; } = [];

    public IReadOnlyList<BudgetSample> Samples { get; init; } = [];

    /// <summary>Every action that any sample showed, in order.</summary>
    public IReadOnlyList<(TimeSpan At, ActionView Action)> Actions { get; init; } = [];

    public ReadLatencies Latencies { get; init; } = new();

    /// <summary>The last view of the pressure.</summary>
    public PressureView Pressure { get; init; } = new();

    /// <summary>How often the sidecar did not answer what it says of itself.</summary>
    public int UnansweredLooks { get; init; }

    /// <summary>The last lines the sidecar wrote.</summary>
    public string Output { get; init; } = "";

    /// <summary>The highest working set of any sample.</summary>
    public long WorkingSetMax => Samples.Count == 0 ? 0 : Samples.Max(static sample => sample.Cgroup.WorkingSetBytes);

    /// <summary>The least that was free of the cgroup's limit in any sample, page cache that can be dropped not counted.</summary>
    public long HeadroomMin => Samples.Count == 0 ? 0 : Samples.Min(static sample => sample.Cgroup.LimitBytes - sample.Cgroup.WorkingSetBytes);

    /// <summary>Samples in which the process's resident set was above the budget.</summary>
    public int ResidentAboveBudget => Samples.Count(static sample => sample.ResidentBytes > sample.BudgetBytes);

    /// <summary>Samples in which the working set was above the budget.</summary>
    public int WorkingSetAboveBudget => Samples.Count(static sample => sample.Cgroup.WorkingSetBytes > sample.BudgetBytes);
}
