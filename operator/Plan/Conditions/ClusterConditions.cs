using System.Globalization;
using Thermocline.Contract.Status;
using Thermocline.Operator.Api.Observed;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Attachment;

namespace Thermocline.Operator.Plan.Conditions;

/// <summary>The five conditions, each with a word and sentences that say why, and the time at which its status last changed.</summary>
internal static class ClusterConditions
{
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";
    public const string Degraded = "Degraded";
    public const string UnderPressure = "UnderPressure";

    private const int NamedMax = 5;
    private const int MessageLettersMax = 4_096;

    public static IReadOnlyList<Condition> Of(Situation situation, IReadOnlyList<Condition> before, DateTimeOffset now)
    {
        (string Type, bool Is, string Reason, string Message)[] found =
        [
            Named(Ready, IsReady(situation)),
            Named(Reconciling, IsReconciling(situation)),
            Named(Stalled, IsStalled(situation)),
            Named(Degraded, IsDegraded(situation)),
            Named(UnderPressure, IsUnderPressure(situation)),
        ];
        return [.. found.Select(each => Timed(each, situation.Observed.Cluster.Metadata.Generation, before, now))];
    }

    private static (string Type, bool Is, string Reason, string Message) Named(
        string type, (bool Is, string Reason, string Message) found) => (type, found.Is, found.Reason, found.Message);

    private static Condition Timed(
        (string Type, bool Is, string Reason, string Message) found, long? generation, IReadOnlyList<Condition> before, DateTimeOffset now)
    {
        string status = found.Is ? "True" : "False";
        Condition? last = before.FirstOrDefault(each => each.Type == found.Type);
        return new Condition
        {
            Type = found.Type,
            Status = status,
            ObservedGeneration = generation,
            // Whole seconds, as everywhere in Kubernetes.
            LastTransitionTime = last is not null && last.Status == status
                ? last.LastTransitionTime
                : new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero),
            Reason = found.Reason,
            Message = StatusOf.Cut(found.Message, MessageLettersMax),
        };
    }

    private static (bool, string, string) IsReady(Situation situation)
    {
        if (situation.Leaving is not null)
            return (false, "Deleted", "It is being deleted.");
        if (situation.Mistakes.Count > 0)
            return (false, "InvalidSpec", "The spec has mistakes; what was accepted last stays in force.");
        if (situation.Taken.Count > 0)
            return (false, "NameTaken", TakenText(situation));
        List<string> missing = [.. situation.Missing.Select(each => each.Pod.Name)];
        if (missing.Count > 0)
            return (false, "SidecarsMissing", $"{Pods(missing)} should have a sidecar and {(missing.Count == 1 ? "has" : "have")} none.");
        List<string> unready = [.. situation.Attached.Where(pod => !pod.IsSidecarReady).Select(pod => pod.Name)];
        if (unready.Count > 0)
            return (false, "SidecarsNotReady", $"The {(unready.Count == 1 ? "sidecar" : "sidecars")} of {Pods(unready)} "
                + $"{(unready.Count == 1 ? "is" : "are")} not ready.");
        return situation.Attached.Any()
            ? (true, "AllAttached", "Every selected pod has a sidecar that is ready.")
            : (true, "NothingSelected", "No pod is selected.");
    }

    private static (bool, string, string) IsReconciling(Situation situation)
    {
        if (situation.IsPaused)
            return (false, "Paused", "The annotation thermocline.dev/paused keeps everything as it is.");
        if (situation.Leaving is { } leaving)
            return (true, leaving.Reason, leaving.Message);
        if (situation.Mistakes.Count > 0)
            return (false, "InvalidSpec", "Nothing is changed until the spec is valid.");
        if (situation.Holdup is { Reason: "WaitsForAnother" } holdup)
            return (true, "Attaching", holdup.Message);
        int waiting = situation.Findings.Count(each => each is { Standing: PodStanding.Evictable, Reason: "WaitsForItsTurn" or "EvictionRefused" });
        if (waiting > 0)
            return (true, "Attaching", string.Create(CultureInfo.InvariantCulture, $"Still to be evicted, one at a time: {waiting}."));
        string? revision = situation.Revision?.ToString(CultureInfo.InvariantCulture);
        List<string> outdated = [.. situation.Said.Where(each => each.Status.ConfiguredRevision != revision).Select(each => each.Pod.Name)];
        if (outdated.Count > 0)
            return (true, "RollingOut", $"{Pods(outdated)} {(outdated.Count == 1 ? "does" : "do")} not run revision {revision} yet.");
        return situation.WaitingForMemory.Count > 0
            ? (false, "MemoryWaits", $"The new memory limit waits in {Some(situation.WaitingForMemory)}.")
            : (false, "Settled", "Everything is as the spec says.");
    }

    private static (bool, string, string) IsStalled(Situation situation) =>
        situation.Mistakes.Count > 0
            ? (true, "InvalidSpec", string.Join("; ", situation.Mistakes.Select(each => $"{each.Path} {each.Message}")))
            : situation.Taken.Count > 0
                ? (true, "NameTaken", TakenText(situation))
                : (false, "Working", "Nothing stands in the way.");

    private static (bool, string, string) IsDegraded(Situation situation)
    {
        if (situation.Holdup is { Reason: "WebhookMissed" } missed)
            return (true, missed.Reason, missed.Message);
        List<string> silent = [.. situation.Silent.Select(each => $"{each.Pod.Name} ({each.Failure})")];
        if (silent.Count > 0)
            return (true, "SidecarsSilent", $"No answer from the sidecars of {Some(silent)}.");
        List<string> away = [.. situation.Said.Where(each => each.Status.Degraded.Count > 0)
            .Select(each => $"{each.Pod.Name} ({string.Join(", ", each.Status.Degraded)})")];
        if (away.Count > 0)
            return (true, "SidecarsDegraded", $"Something is away in {Some(away)}.");
        List<string> lost = [.. situation.Missing.Where(each => each.Standing == PodStanding.Missing && each.Reason != "Left")
            .Select(each => $"{each.Pod.Name} ({each.Reason})")];
        if (lost.Count > 0)
            return (true, "SidecarsMissing", $"No step of the operator gives a sidecar to {Some(lost)}.");
        List<string> restarts = [.. situation.Said.Where(each => each.Status.PendingRestart.Count > 0)
            .Select(each => $"{each.Pod.Name} ({string.Join(", ", each.Status.PendingRestart)})")];
        return restarts.Count > 0
            ? (true, "RestartNeeded", $"Settings wait for a restart in {Some(restarts)}.")
            : (false, "Whole", "Every sidecar answers and has what it needs.");
    }

    private static (bool, string, string) IsUnderPressure(Situation situation)
    {
        List<(PodView Pod, SidecarStatus Status)> pressed = [.. situation.Said.Where(each => each.Status.Pressure.State is "critical" or "refusing")];
        if (pressed.Count == 0)
            return (false, "Calm", "No sidecar is critically short of memory.");
        bool refusing = pressed.Exists(each => each.Status.Pressure.State == "refusing");
        IReadOnlyList<string> texts = [.. pressed.Select(each => each.Status.Pressure.Culprit is { } culprit
            ? $"{each.Pod.Name} ({culprit})"
            : each.Pod.Name)];
        return (true, refusing ? "RefusingWrites" : "Critical", $"Memory runs short in {Some(texts)}.");
    }

    private static string TakenText(Situation situation) =>
        $"{Some(situation.Taken)} {(situation.Taken.Count == 1 ? "belongs" : "belong")} to somebody else, and is not overwritten.";

    private static string Pods(List<string> names) => names.Count == 1 ? names[0] : Some(names);

    private static string Some(IReadOnlyList<string> names) =>
        names.Count <= NamedMax
            ? string.Join(", ", names)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(NamedMax))} and {names.Count - NamedMax} more");
}
