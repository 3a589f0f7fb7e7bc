using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>Whether the sidecar has started and whether it is told to stop.</summary>
internal sealed class Lifecycle : IDisposable
{
    private volatile bool _started;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The requests being answered.</summary>
    public RunningRequests Requests { get; } = new();

    /// <summary>Whether everything answers.</summary>
    public bool Started => _started;

    /// <summary>Whether it is told to stop.</summary>
    public bool Stopping => _stopping.IsCancellationRequested;

    /// <summary>Cancelled when it is told to stop: for answers that would go on for ever.</summary>
    public CancellationToken StoppingToken => _stopping.Token;

    /// <summary>Everything answers.</summary>
    public void MarkStarted() => _started = true;

    /// <summary>It is told to stop.</summary>
    public void MarkStopping() => _stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Why no traffic should come here, or null when it may.</summary>
    public string? NotReadyBecause(StoreStatus store)
    {
        if (!_started)
            return "starting";
        if (Stopping)
            return "stopping";
        return store.LatchedBy is null ? null : "the store is latched";
    }
}
