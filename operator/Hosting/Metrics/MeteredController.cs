using Microsoft.Extensions.Logging;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>A controller, or a finalizer of it, whose work is counted and whose failures are logged.</summary>
internal sealed partial class MeteredController<T>(
    Resource<T> resource, IEntityController<T> controller, ReconcileMeter meter, ILogger logger) : IEntityController<T>
    where T : class
{
    public Task<ReconciliationResult<T>> ReconcileAsync(T entity, CancellationToken cancellationToken) =>
        MeasuredAsync(entity, controller.ReconcileAsync, cancellationToken);

    public Task<ReconciliationResult<T>> DeletedAsync(T entity, CancellationToken cancellationToken) =>
        MeasuredAsync(entity, controller.DeletedAsync, cancellationToken);

    /// <summary>The same for a finalizer.</summary>
    public NamedFinalizer<T> Metered(NamedFinalizer<T> finalizer) => new(finalizer.Name, new Finalizer(this, finalizer.Finalizer));

    private async Task<ReconciliationResult<T>> MeasuredAsync(
        T entity, Func<T, CancellationToken, Task<ReconciliationResult<T>>> work, CancellationToken cancellation)
    {
        object began = meter.Began();
        string result = "error";
        EntityKey key = resource.MetadataOf(entity).Key;
        try
        {
            ReconciliationResult<T> came = await work(entity, cancellation);
            result = came switch
            {
                { IsSuccess: false } => "error",
                { RequeueAfter: not null } => "requeue_after",
                _ => "success",
            };
            if (!came.IsSuccess)
                LogFailed(logger, came.Error, meter.Name, key.Namespace, key.Name, came.ErrorMessage ?? "");
            return came;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            result = "success";
            throw;
        }
        catch (Exception failure)
        {
            meter.Results.Add(meter.Name, "panic");
            LogThrown(logger, failure, meter.Name, key.Namespace, key.Name);
            throw;
        }
        finally
        {
            TimeSpan took = meter.Ended(began, result);
            LogDone(logger, meter.Name, key.Namespace, key.Name, result, took.TotalMilliseconds);
        }
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Debug, Message = "{Controller}: {Namespace}/{Name}: {Result} in {Milliseconds:0.0} ms")]
    private static partial void LogDone(ILogger logger, string controller, string @namespace, string name, string result, double milliseconds);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "{Controller}: {Namespace}/{Name} failed and comes again: {Reason}")]
    private static partial void LogFailed(
        ILogger logger, Exception? failure, string controller, string @namespace, string name, string reason);

    [LoggerMessage(EventId = 22, Level = LogLevel.Error, Message = "{Controller}: {Namespace}/{Name}: a failure nobody foresaw; it comes again")]
    private static partial void LogThrown(ILogger logger, Exception failure, string controller, string @namespace, string name);

    private sealed class Finalizer(MeteredController<T> meter, IEntityFinalizer<T> finalizer) : IEntityFinalizer<T>
    {
        public Task<ReconciliationResult<T>> FinalizeAsync(T entity, CancellationToken cancellationToken) =>
            meter.MeasuredAsync(entity, finalizer.FinalizeAsync, cancellationToken);
    }
}
