using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;

namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>Does what is due for one object, and sees to it that it comes again when it has to.</summary>
internal sealed class EntityWorker<T>(
    Resource<T> resource, EntityQueue queue, IEntityController<T> controller, FinalizerWriter<T> writer, ControllerOptions<T> options)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly string[] _ours = [.. options.Finalizers.Select(each => each.Name)];
    private ControllerStatus _status = new(0, 0, 0, null);

    public EntityCache<T> Cache { get; } = new();

    public ControllerStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    public async Task HandleAsync(EntityKey key, CancellationToken cancellation)
    {
        // The end of an object is dealt with before a later one of its name.
        if (Cache.TryGetGone(key, out T? last))
        {
            ReconciliationResult<T> ended = await GuardedAsync(last, controller.DeletedAsync, cancellation);
            Settle(key, ended);
            if (!ended.IsSuccess)
                return;
            Cache.Forget(key, last);
            if (Cache.TryGet(key, out _))
                queue.TryAdd(key);
            else if (ended.RequeueAfter is null)
                queue.Drop(key);
        }
        else if (Cache.TryGet(key, out T? entity))
        {
            Settle(key, await GuardedAsync(entity, StepAsync, cancellation));
        }
        else
        {
            queue.Drop(key);
        }
    }

    private async Task<ReconciliationResult<T>> StepAsync(T entity, CancellationToken cancellation)
    {
        ObjectMeta metadata = resource.MetadataOf(entity);
        ControllerStep step = ControllerStep.Of(metadata, _ours);
        switch (step.Kind)
        {
            case ControllerStepKind.Reconcile:
                return await controller.ReconcileAsync(entity, cancellation);
            case ControllerStepKind.Finalize:
                return await FinalizeAsync(entity, metadata, step.Finalizer!, cancellation);
            case ControllerStepKind.Attach:
                // The watch tells of the change, and with it the object comes again.
                await writer.AttachAsync(metadata, _ours, cancellation);
                break;
        }

        return ReconciliationResult<T>.Success(entity);
    }

    private async Task<ReconciliationResult<T>> FinalizeAsync(
        T entity, ObjectMeta metadata, string name, CancellationToken cancellation)
    {
        IEntityFinalizer<T> finalizer = options.Finalizers.First(each => each.Name == name).Finalizer;
        ReconciliationResult<T> result = await finalizer.FinalizeAsync(entity, cancellation);
        if (result.IsSuccess && result.RequeueAfter is null)
            await writer.DetachAsync(metadata, name, cancellation);
        return result;
    }

    // The top of the loop: whatever one object's controller throws must not end the work on the others.
    private static async Task<ReconciliationResult<T>> GuardedAsync(
        T entity, Func<T, CancellationToken, Task<ReconciliationResult<T>>> step, CancellationToken cancellation)
    {
        try
        {
            return await step(entity, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return ReconciliationResult<T>.Failure(entity, failure.Message, failure);
        }
    }

    private void Settle(EntityKey key, ReconciliationResult<T> result)
    {
        lock (_gate)
        {
            _status = result switch
            {
                { IsSuccess: false } =>
                    _status with { Failures = _status.Failures + 1, LastFailure = $"{key}: {result.ErrorMessage}" },
                { RequeueAfter: not null } => _status with { Requeues = _status.Requeues + 1 },
                _ => _status with { Successes = _status.Successes + 1 },
            };
        }

        if (result.IsSuccess)
            queue.Forget(key);
        if (result.RequeueAfter is { } later)
            queue.AddAfter(key, later);
        else if (!result.IsSuccess)
            queue.AddRateLimited(key);
    }
}
