namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>What came of looking after an object, shaped as in KubeOps.</summary>
internal sealed record ReconciliationResult<T>
    where T : class
{
    private ReconciliationResult(T entity) => Entity = entity;

    public T Entity { get; }

    public bool IsSuccess { get; private init; }

    public string? ErrorMessage { get; private init; }

    public Exception? Error { get; private init; }

    /// <summary>When to come again; null for when something changes, or after a failure, when its turn comes.</summary>
    public TimeSpan? RequeueAfter { get; private init; }

    public static ReconciliationResult<T> Success(T entity, TimeSpan? requeueAfter = null) =>
        new(entity) { IsSuccess = true, RequeueAfter = requeueAfter };

    public static ReconciliationResult<T> Failure(
        T entity, string message, Exception? error = null, TimeSpan? requeueAfter = null) =>
        new(entity) { ErrorMessage = message, Error = error, RequeueAfter = requeueAfter };
}
