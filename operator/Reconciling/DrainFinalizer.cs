using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;

namespace Thermocline.Operator.Reconciling;

/// <summary>Drains and detaches the sidecars of a MemoryCluster before it may go.</summary>
internal sealed class DrainFinalizer(ClusterRounds rounds) : IEntityFinalizer<MemoryCluster>
{
    // A round that was begun just before the deletion and saw nothing of it.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public async Task<ReconciliationResult<MemoryCluster>> FinalizeAsync(MemoryCluster entity, CancellationToken cancellationToken)
    {
        if (rounds.RestOf(entity) is { } rest)
            return ReconciliationResult<MemoryCluster>.Success(entity, rest);
        try
        {
            ClusterPlan? plan = await rounds.RunAsync(MemoryClusters.KeyOf(entity), entity.Metadata.Uid, cancellationToken);
            return ReconciliationResult<MemoryCluster>.Success(
                entity, plan is null or { IsFinalized: true } ? null : plan.RequeueAfter ?? Soon);
        }
        catch (ClusterException failure)
        {
            return ReconciliationResult<MemoryCluster>.Failure(entity, failure.Message, failure, failure.RetryAfter);
        }
    }
}
