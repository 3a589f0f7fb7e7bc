namespace Thermocline.Testing.Crash;

/// <summary>What a run of the crash driver met.</summary>
public sealed record CrashReport
{
    public required int Seed { get; init; }

    /// <summary>Rounds that ended with a kill under load.</summary>
    public int Kills { get; init; }

    /// <summary>Starts that were killed before they were ready.</summary>
    public int KillsDuringStart { get; init; }

    /// <summary>Rounds that ended with SIGTERM under load.</summary>
    public int CleanStops { get; init; }

    public long AcknowledgedWrites { get; init; }

    /// <summary>Writes without an answer when the process ended: they may or may not have happened.</summary>
    public long WritesInDoubt { get; init; }

    /// <summary>Of those, the ones that had happened.</summary>
    public long WritesInDoubtDone { get; init; }

    /// <summary>Answers other than success that promise nothing, such as 429.</summary>
    public long Refusals { get; init; }

    /// <summary>Values read and checked, under load and after restarts.</summary>
    public long CheckedReads { get; init; }

    /// <summary>Lost, stale or torn values, halves of batches, failed restarts; at most a hundred are kept.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];

    public override string ToString() =>
        $"seed {Seed}: {Kills} kills under load, {KillsDuringStart} during start, {CleanStops} stops; "
        + $"{AcknowledgedWrites} acknowledged writes, {WritesInDoubt} in doubt ({WritesInDoubtDone} had happened), "
        + $"{Refusals} refused, {CheckedReads} reads checked; {Violations.Count} violations";
}
