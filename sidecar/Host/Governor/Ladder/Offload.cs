using Thermocline.Store;

namespace Thermocline.Sidecar.Governor.Ladder;

/// <summary>
/// Offloading as a step. The cold store may take minutes or never answer: the step starts it and looks in again, and the
/// ladder goes on.
/// </summary>
internal sealed class Offload(TieredStore store, TimeProvider time) : IDisposable
{
    /// <summary>A round that takes longer is given up and named.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _round;
    private Task _running = Task.CompletedTask;
    private long _startedAt;

    /// <summary>Starts a round, or says how the one that runs is doing.</summary>
    /// <exception cref="StoreException">The last round failed, or does not end.</exception>
    public Relief Run()
    {
        if (!_running.IsCompleted)
        {
            TimeSpan since = time.GetElapsedTime(_startedAt);
            if (since < Patience)
                return new Relief(0, $"the cold store has been working for {since.TotalSeconds:0} s");
            _round?.Cancel();
            throw new StoreException(StoreFault.ColdUnavailable, $"The cold store has not finished a round in {since.TotalSeconds:0} s.");
        }

        Exception? failure = _running.Exception?.GetBaseException();
        _round?.Dispose();
        _round = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _startedAt = time.GetTimestamp();
        _running = ShipAsync(_round.Token);
        return failure is null ? new Relief(0, "sealed segments are on their way") : throw failure;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _round?.Dispose();
        _stop.Dispose();
    }

    private async Task ShipAsync(CancellationToken cancellation)
    {
        // Never on the governor's own thread, not even up to the first wait.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await store.ShipAsync(cancellation);
    }
}
