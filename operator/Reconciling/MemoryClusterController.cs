using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;

namespace Thermocline.Operator.Reconciling;

/// <summary>Looks after MemoryClusters.</summary>
internal sealed class MemoryClusterController(ClusterRounds rounds, ClusterIndex index) : IEntityController<MemoryCluster>
{
    public async Task<ReconciliationResult<MemoryCluster>> ReconcileAsync(MemoryCluster entity, CancellationToken cancellationToken)
    {
        if (rounds.RestOf(entity) is { } rest)
            return ReconciliationResult<MemoryCluster>.Success(entity, rest);
        try
        {
            ClusterPlan? plan = await rounds.RunAsync(MemoryClusters.KeyOf(entity), entity.Metadata.Uid, cancellationToken);
            return ReconciliationResult<MemoryCluster>.Success(entity, plan?.RequeueAfter);
        }
        catch (ClusterException failure)
        {
            // Somebody else was quicker, or the cluster does not answer: the next round looks anew, after a pause that grows.
            return ReconciliationResult<MemoryCluster>.Failure(entity, failure.Message, failure, failure.RetryAfter);
        }
    }

    public Task<ReconciliationResult<MemoryCluster>> DeletedAsync(MemoryCluster entity, CancellationToken cancellationToken)
    {
        EntityKey key = MemoryClusters.KeyOf(entity);
        index.Remove(key);
        rounds.Forget(key);
        return Task.FromResult(ReconciliationResult<MemoryCluster>.Success(entity));
    }
}
