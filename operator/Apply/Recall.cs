using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Apply;

/// <summary>What is remembered of the answers to steps: the latest for each pod that is still there.</summary>
internal static class Recall
{
    /// <summary>How long a refused resize is not asked again.</summary>
    public static readonly TimeSpan ResizePause = TimeSpan.FromMinutes(10);

    /// <summary>How long a refused eviction is not asked again when the cluster names no time.</summary>
    public static readonly TimeSpan EvictionPause = TimeSpan.FromSeconds(30);

    public static StepAnswers Of(Observed observed, StepAnswers latest)
    {
        HashSet<string> there = [.. observed.Pods.Select(pod => pod.Uid)];
        StepAnswers before = observed.Answers;
        return new StepAnswers
        {
            Evictions = Latest(before.Evictions, latest.Evictions, there, static each => each.PodUid),
            Resizes = Latest(before.Resizes, latest.Resizes, there, static each => each.PodUid),
            Drains = Latest(before.Drains, latest.Drains, there, static each => each.PodUid),
            LastEviction = latest.LastEviction ?? before.LastEviction,
        };
    }

    private static IReadOnlyList<T> Latest<T>(IReadOnlyList<T> before, IReadOnlyList<T> latest, HashSet<string> there, Func<T, string> uid) =>
        [.. latest.Concat(before).DistinctBy(uid).Where(each => there.Contains(uid(each)))];
}
