using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Queues;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Watching;

namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>From what a watcher tells to calls of a controller: one at a time for each object, again after failures and when asked to.</summary>
internal sealed class ControllerLoop<T>(
    Watcher<T> watcher, EntityQueue queue, EntityWorker<T> worker, ControllerOptions<T> options)
    where T : class
{
    /// <summary>The objects as they were last told.</summary>
    public EntityCache<T> Cache => worker.Cache;

    public ControllerStatus Status => worker.Status;

    public static ControllerLoop<T> Of(
        ClusterClient client, Resource<T> resource, Watcher<T> watcher, EntityQueue queue,
        IEntityController<T> controller, ControllerOptions<T> options) =>
        new(watcher, queue, new EntityWorker<T>(resource, queue, controller, new FinalizerWriter<T>(client, resource), options), options);

    /// <summary>Works until it is cancelled, or one of its parts ends.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] parts =
        [
            watcher.RunAsync(stop.Token),
            PumpAsync(stop.Token),
            .. Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(stop.Token)),
        ];
        try
        {
            await await Task.WhenAny(parts);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(parts.Select(static part => part.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)));
        }
    }

    private async Task PumpAsync(CancellationToken cancellation)
    {
        await foreach (WatchEvent<T> told in watcher.Events.ReadAllAsync(cancellation))
        {
            Cache.Take(told);
            if (told.Kind != WatchEventKind.Synced)
                await queue.AddAsync(told.Key, cancellation);
        }
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            EntityKey key = await queue.TakeAsync(cancellation);
            try
            {
                await worker.HandleAsync(key, cancellation);
            }
            finally
            {
                queue.Done(key);
            }
        }
    }
}
