namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>What must happen before an object may go, shaped as in KubeOps.</summary>
internal interface IEntityFinalizer<T>
    where T : class
{
    /// <summary>
    /// Does it, or goes on doing it: called until it succeeds without asking to come again, and once more when that was not written down.
    /// </summary>
    Task<ReconciliationResult<T>> FinalizeAsync(T entity, CancellationToken cancellationToken);
}
