using Thermocline.Contract.Status;
using Thermocline.Operator.Api.Checking;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Attachment;

namespace Thermocline.Operator.Plan.Conditions;

/// <summary>What a status is made of.</summary>
internal sealed record Situation
{
    public required Observed Observed { get; init; }

    /// <summary>The revision in force; null before the first.</summary>
    public long? Revision { get; init; }

    public IReadOnlyList<PodFinding> Findings { get; init; } = [];

    public IReadOnlyList<FieldMistake> Mistakes { get; init; } = [];

    /// <summary>Children whose names somebody else took.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];

    /// <summary>Pods that wait for another memory limit.</summary>
    public IReadOnlyList<string> WaitingForMemory { get; init; } = [];

    public (string Reason, string Message)? Holdup { get; init; }

    /// <summary>Whether nothing but the status may be written, not even an event.</summary>
    public bool IsPaused { get; init; }

    /// <summary>What a cluster that is being deleted waits for; null for one that is not.</summary>
    public (string Reason, string Message)? Leaving { get; init; }

    public IEnumerable<PodView> Attached =>
        Findings.Where(each => each.Standing == PodStanding.Attached).Select(each => each.Pod);

    public IEnumerable<PodFinding> Missing => Findings.Where(each => each.IsMissing);

    /// <summary>What the sidecars said that were reached.</summary>
    public IEnumerable<(PodView Pod, SidecarStatus Status)> Said =>
        from pod in Attached
        join report in Observed.Reports on pod.Uid equals report.PodUid
        where report.Status is not null
        select (pod, report.Status);

    /// <summary>Sidecars that said nothing.</summary>
    public IEnumerable<(PodView Pod, string Failure)> Silent =>
        from pod in Attached
        join report in Observed.Reports on pod.Uid equals report.PodUid
        where report.Status is null
        select (pod, report.Failure ?? "no answer");
}
