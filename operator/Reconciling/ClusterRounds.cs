using System.Collections.Concurrent;
using Thermocline.Operator.Apply;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Observe.Gathering;
using Thermocline.Operator.Plan;

namespace Thermocline.Operator.Reconciling;

/// <summary>Looks at a cluster, makes a plan and carries it out; remembers what the steps were answered until the cluster is gone.</summary>
internal sealed class ClusterRounds(Observer observer, Applier applier, PlanOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<EntityKey, StepAnswers> _answers = new();

    /// <summary>One round.</summary>
    /// <param name="key">Of which cluster.</param>
    /// <param name="uid">Which of that name; a later one is left alone.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was carried out; null when the cluster is gone.</returns>
    public async Task<ClusterPlan?> RunAsync(EntityKey key, string? uid, CancellationToken cancellation)
    {
        Observed? observed = await observer.ObserveAsync(key, _answers.GetValueOrDefault(key) ?? new StepAnswers(), cancellation);
        if (observed is null || observed.Cluster.Metadata.Uid != uid)
        {
            _answers.TryRemove(key, out _);
            return null;
        }

        var plan = ClusterPlan.Of(observed, time.GetUtcNow(), options);
        StepAnswers answers = await applier.ApplyAsync(observed, plan, cancellation);
        if (plan.IsFinalized)
            _answers.TryRemove(key, out _);
        else
            _answers[key] = answers;
        return plan;
    }

    public void Forget(EntityKey key) => _answers.TryRemove(key, out _);
}
