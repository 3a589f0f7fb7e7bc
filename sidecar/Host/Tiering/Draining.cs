using Thermocline.Contract.Status;
using Thermocline.Store;

namespace Thermocline.Sidecar.Tiering;

/// <summary>Sends to the cold store what it does not have yet, until all that was acknowledged at the beginning is there.</summary>
internal static class Draining
{
    // A round that finds a segment being packed publishes nothing; the next one finds the packed file.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Drains a store that has a cold store. The failure says why it is not done; there is none when time ran out.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<(DrainReport Report, StoreException? Failure)> RunAsync(
        TieredStore store, TimeProvider time, TimeSpan limit, CancellationToken cancellation)
    {
        long started = time.GetTimestamp();
        ulong sequence = store.Status.Sequence;
        using var patience = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        StoreException? failure = null;
        try
        {
            while (!IsDone() && failure is null)
            {
                failure = await RoundAsync(store, either.Token);
                if (!IsDone() && failure is null)
                    await Task.Delay(Pause, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time ran out: the report says how far it came.
        }

        return (new DrainReport
        {
            Done = IsDone(),
            Sequence = sequence,
            RecoverySequence = store.Status.Cold!.RecoverySequence,
            Seconds = Math.Round(time.GetElapsedTime(started).TotalSeconds, 3),
        }, failure);

        bool IsDone() => store.Status.Cold!.RecoverySequence >= sequence;
    }

    private static async Task<StoreException?> RoundAsync(TieredStore store, CancellationToken cancellation)
    {
        try
        {
            await store.ShipAsync(cancellation);
            return null;
        }
        catch (StoreException failure)
        {
            return failure;
        }
    }
}
