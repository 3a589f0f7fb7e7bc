using System.Collections.Concurrent;
using Thermocline.Operator.Api;
using Thermocline.Operator.Apply;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Observe.Gathering;
using Thermocline.Operator.Plan;

namespace Thermocline.Operator.Reconciling;

/// <summary>Looks at a cluster, makes a plan and carries it out; remembers what came of it until the cluster is gone.</summary>
/// <param name="observer">Looks.</param>
/// <param name="applier">Carries out.</param>
/// <param name="options">How plans are made.</param>
/// <param name="chance">From 0 to 1: spreads the next rounds of clusters that were all looked at together.</param>
/// <param name="time">The clock.</param>
internal sealed class ClusterRounds(Observer observer, Applier applier, PlanOptions options, Func<double> chance, TimeProvider time)
{
    // The next round comes so much earlier or later than planned, at most.
    private const double Spread = 0.1;

    private readonly ConcurrentDictionary<EntityKey, LastRound> _last = new();

    // Clusters of whose pods something was heard since their last round began.
    private readonly ConcurrentDictionary<EntityKey, bool> _touched = new();

    /// <summary>One round.</summary>
    /// <param name="key">Of which cluster.</param>
    /// <param name="uid">Which of that name; a later one is left alone.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was carried out; null when the cluster is gone.</returns>
    public async Task<ClusterPlan?> RunAsync(EntityKey key, string? uid, CancellationToken cancellation)
    {
        _touched.TryRemove(key, out _);
        LastRound? last = _last.GetValueOrDefault(key);
        Observed? observed = await observer.ObserveAsync(key, last?.Answers ?? new StepAnswers(), cancellation);
        if (observed is null || observed.Cluster.Metadata.Uid != uid)
        {
            Forget(key);
            return null;
        }

        ClusterPlan plan = Spreading(ClusterPlan.Of(observed, time.GetUtcNow(), options));
        try
        {
            AppliedPlan applied = await applier.ApplyAsync(observed, plan, cancellation);
            _last[key] = new LastRound(applied.Answers, applied.StatusVersion, DueOf(plan), null);
        }
        catch (ClusterException refused) when (refused.Fault is ClusterFault.Invalid or ClusterFault.Forbidden or ClusterFault.TooLarge)
        {
            // It will be refused again: whoever looks at the cluster is told, once.
            if (last?.Refusal != refused.Message)
                await applier.RemarkAsync(observed, refused.Message, cancellation);
            _last[key] = new LastRound(last?.Answers ?? new StepAnswers(), null, 0, refused.Message);
            throw;
        }

        if (plan.IsFinalized)
            Forget(key);
        return plan;
    }

    /// <summary>
    /// How long a cluster may rest, when all that happened since its last round is that the round's own status came back. Without this
    /// a status whose figures change all the time would bring about the next round at once, for ever.
    /// </summary>
    public TimeSpan? RestOf(MemoryCluster cluster)
    {
        EntityKey key = MemoryClusters.KeyOf(cluster);
        if (_touched.ContainsKey(key) || !_last.TryGetValue(key, out LastRound? last)
            || last.StatusVersion is null || last.StatusVersion != cluster.Metadata.ResourceVersion)
            return null;
        TimeSpan rest = time.GetElapsedTime(time.GetTimestamp(), last.Due);
        return rest > TimeSpan.Zero ? rest : null;
    }

    /// <summary>Something happened to a pod of the cluster: its next round is not put off.</summary>
    public void Touch(EntityKey key) => _touched[key] = true;

    public void Forget(EntityKey key)
    {
        _last.TryRemove(key, out _);
        _touched.TryRemove(key, out _);
    }

    private ClusterPlan Spreading(ClusterPlan plan) =>
        plan.RequeueAfter is { } pause ? plan with { RequeueAfter = pause * (1 - Spread + (2 * Spread * chance())) } : plan;

    private long DueOf(ClusterPlan plan) =>
        time.GetTimestamp() + (long)((plan.RequeueAfter ?? TimeSpan.Zero).TotalSeconds * time.TimestampFrequency);

    /// <param name="Answers">What its steps were answered.</param>
    /// <param name="StatusVersion">Version of the cluster that its status made; null when it wrote none.</param>
    /// <param name="Due">Time stamp at which the next one is due.</param>
    /// <param name="Refusal">What was refused and told.</param>
    private sealed record LastRound(StepAnswers Answers, string? StatusVersion, long Due, string? Refusal);
}
