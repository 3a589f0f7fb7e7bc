using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>Whether the sidecar has started and whether it is told to stop.</summary>
internal sealed class Lifecycle : IDisposable
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The requests being answered.</summary>
    public RunningRequests Requests { get; } = new();

    /// <summary>Whether everything answers.</summary>
    public bool Started => _started.Task.IsCompleted;

    /// <summary>Ends when everything answers: for callers that would take a refusal for the last word.</summary>
    public Task Start => _started.Task;

    /// <summary>Whether it is told to stop.</summary>
    public bool Stopping => _stopping.IsCancellationRequested;

    /// <summary>Cancelled when it is told to stop: for answers that would go on for ever.</summary>
    public CancellationToken StoppingToken => _stopping.Token;

    /// <summary>Everything answers.</summary>
    public void MarkStarted() => _started.TrySetResult();

    /// <summary>It is told to stop.</summary>
    public void MarkStopping() => _stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Why no traffic should come here, or null when it may.</summary>
    public string? NotReadyBecause(StoreStatus store)
    {
        if (!Started)
            return "starting";
        if (Stopping)
            return "stopping";
        return store.LatchedBy is null ? null : "the store is latched";
    }
}
