using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Plan.Attachment;

/// <summary>What was found of a pod.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Standing">How it stands to the cluster.</param>
/// <param name="Reason">Why it has no sidecar, in one word.</param>
/// <param name="Message">Why, in a sentence.</param>
internal sealed record PodFinding(PodView Pod, PodStanding Standing, string Reason = "", string Message = "")
{
    public bool IsMissing => Standing is PodStanding.Missing or PodStanding.Evictable;
}
