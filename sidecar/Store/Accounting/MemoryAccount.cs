namespace Thermocline.Store.Accounting;

/// <summary>
/// The bytes of one owner: a lease, which the owner disposes with itself and so gives back whatever is still charged. May
/// be used from many threads at once. A charge costs two additions and allocates nothing.
/// </summary>
public sealed class MemoryAccount : IDisposable
{
    /// <summary>No one owner holds more: a larger charge is a mistake of whoever makes it.</summary>
    public const long BytesMax = 1L << 44;

    private readonly MemoryLedger _ledger;
    private long _bytes;
    private long _peak;
    private long _mistakes;
    private bool _closed;

    internal MemoryAccount(MemoryLedger ledger, string component, string part, MemoryKind kind)
    {
        _ledger = ledger;
        Component = component;
        Part = part;
        Kind = kind;
    }

    /// <summary>What it belongs to.</summary>
    public string Component { get; }

    /// <summary>Its name inside the component.</summary>
    public string Part { get; }

    /// <summary>Where the bytes lie.</summary>
    public MemoryKind Kind { get; }

    /// <summary>Bytes charged now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The account at this moment.</summary>
    public AccountFigures Figures =>
        new(Component, Part, Kind, Bytes, Interlocked.Read(ref _peak), Interlocked.Read(ref _mistakes));

    /// <summary>Counts bytes that the owner took. Negative or impossible amounts count as a mistake and nothing else.</summary>
    public void Charge(long bytes)
    {
        if (IsPossible(bytes))
            Add(bytes);
    }

    /// <summary>Counts bytes that the owner gave back. More than it holds is a mistake, and leaves it with nothing.</summary>
    public void Release(long bytes)
    {
        if (IsPossible(bytes))
            Add(-bytes);
    }

    /// <summary>Says how many bytes the owner holds, for one that counts them itself. One caller at a time.</summary>
    public void Set(long bytes)
    {
        if (IsPossible(bytes) && bytes != Bytes)
            Add(bytes - Bytes);
    }

    /// <summary>Gives back what is still charged and leaves the ledger.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, true))
            return;
        _ledger.Add(Kind, -Interlocked.Exchange(ref _bytes, 0));
        _ledger.Remove(this);
    }

    /// <summary>An amount that nobody can have taken or given back is a mistake, and no more.</summary>
    private bool IsPossible(long bytes)
    {
        if (bytes is >= 0 and <= BytesMax)
            return true;
        Interlocked.Increment(ref _mistakes);
        return false;
    }

    private void Add(long change)
    {
        while (true)
        {
            long held = Interlocked.Read(ref _bytes);
            long after = held + change;
            if (after is < 0 or > BytesMax)
            {
                Interlocked.Increment(ref _mistakes);
                after = after < 0 ? 0 : BytesMax;
            }

            if (Volatile.Read(ref _closed))
                return;
            if (Interlocked.CompareExchange(ref _bytes, after, held) != held)
                continue;
            NotePeak(after);
            _ledger.Add(Kind, after - held);
            return;
        }
    }

    private void NotePeak(long bytes)
    {
        long peak = Interlocked.Read(ref _peak);
        while (bytes > peak)
        {
            long seen = Interlocked.CompareExchange(ref _peak, bytes, peak);
            if (seen == peak)
                return;
            peak = seen;
        }
    }
}
