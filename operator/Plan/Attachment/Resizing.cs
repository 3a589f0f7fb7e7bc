using Thermocline.Contract.Reading;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan.Steps;

namespace Thermocline.Operator.Plan.Attachment;

/// <summary>Which attached pods get another memory limit now, and which only when they are next created.</summary>
/// <param name="Resizes">Those that get it now.</param>
/// <param name="Waiting">Those that wait, each with the reason.</param>
internal sealed record Resizing(IReadOnlyList<PodResize> Resizes, IReadOnlyList<string> Waiting)
{
    public static Resizing Of(Observed observed, IReadOnlyList<PodFinding> findings, DateTimeOffset now)
    {
        List<PodResize> resizes = [];
        List<string> waiting = [];
        if (!Quantity.TryParse(observed.Cluster.Spec.Budget.Limit, out long limit))
            return new Resizing(resizes, waiting);
        foreach (PodView pod in findings.Where(each => each.Standing == PodStanding.Attached).Select(each => each.Pod))
        {
            if (pod is not { MemoryLimit: { } has, SidecarAt: { } at })
                continue;
            if (has == limit)
            {
                if (pod.ResizeTrouble is { } trouble)
                    waiting.Add($"{pod.Name} ({trouble})");
            }
            else if (!observed.Served.Resize)
            {
                waiting.Add($"{pod.Name} (until it is next created: this cluster resizes no running pods)");
            }
            else if (observed.Answers.Resizes.FirstOrDefault(each => each.PodUid == pod.Uid && each.AgainAt > now) is { } refused)
            {
                waiting.Add($"{pod.Name} ({refused.Reason})");
            }
            else
            {
                resizes.Add(new PodResize(pod.Name, pod.Uid, at, Quantity.Format(limit), RequestFor(pod, has, limit)));
            }
        }

        return new Resizing(resizes, waiting);
    }

    // Where request and limit were equal the pod may be of the class Guaranteed, which no resize may change.
    private static string? RequestFor(PodView pod, long has, long limit) =>
        pod.MemoryRequest is { } request && (request == has || request > limit) ? Quantity.Format(limit) : null;
}
