namespace Thermocline.Store.Cold;

/// <summary>
/// The right to change a folder: the turn among the threads of this store, then the lock among processes. Both are held for the
/// length of a rename and its syncs.
/// </summary>
internal sealed class FolderTurn : IDisposable
{
    private const int TriesMax = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly SemaphoreSlim _turn;
    private readonly IDisposable _folderLock;

    private FolderTurn(SemaphoreSlim turn, IDisposable folderLock)
    {
        _turn = turn;
        _folderLock = folderLock;
    }

    /// <summary>Waits for the turn, and up to ten seconds for the lock.</summary>
    /// <param name="turn">The turn among threads.</param>
    /// <param name="takeLock">Takes the lock, or raises <see cref="StoreFault.Locked"/>.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async ValueTask<FolderTurn> TakeAsync(
        SemaphoreSlim turn, Func<IDisposable> takeLock, TimeProvider time, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return new FolderTurn(turn, takeLock());
                }
                catch (StoreException held) when (held.Fault == StoreFault.Locked && attempt < TriesMax)
                {
                    await Task.Delay(Pause, time, cancellation);
                }
            }
        }
        catch (Exception failure) when (failure is StoreException { Fault: StoreFault.Locked } or IOException)
        {
            turn.Release();
            throw ColdFailure.Unavailable("be changed", failure.Message, failure);
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _folderLock.Dispose();
        _turn.Release();
    }
}
