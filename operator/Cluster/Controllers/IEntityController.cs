namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>Looks after the objects of one kind, shaped as in KubeOps. Called for one object once at a time.</summary>
internal interface IEntityController<T>
    where T : class
{
    /// <summary>Brings the world to what the object says. Called again whenever it may not be so; must change nothing when it is.</summary>
    Task<ReconciliationResult<T>> ReconcileAsync(T entity, CancellationToken cancellationToken);

    /// <summary>The object is gone. Nothing is promised after a restart: what must happen belongs in a finalizer.</summary>
    Task<ReconciliationResult<T>> DeletedAsync(T entity, CancellationToken cancellationToken);
}
