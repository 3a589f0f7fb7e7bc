using Thermocline.Store.Accounting;

namespace Thermocline.Sidecar.Http;

/// <summary>Bytes that all request and response bodies in flight may take together, as the budget in force allows.</summary>
internal sealed class BodyBudget(Governor.Governor governor, MemoryLedger ledger) : IDisposable
{
    private readonly MemoryAccount _account = ledger.Open("connections", "bodies", MemoryKind.Managed);
    private long _taken;

    /// <summary>Bytes taken now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>The limit.</summary>
    public long BytesMax => governor.Plan.BodyBytes;

    /// <summary>Largest single body.</summary>
    public int RequestBytesMax => governor.Plan.RequestBytes;

    /// <summary>Takes bytes, or takes none and answers false when the limit would be passed.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= BytesMax)
        {
            _account.Charge(bytes);
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes)
    {
        Interlocked.Add(ref _taken, -bytes);
        _account.Release(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _account.Dispose();
}
