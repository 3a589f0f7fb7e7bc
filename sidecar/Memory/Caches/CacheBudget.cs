using Thermocline.Store.Accounting;

namespace Thermocline.Memory.Caches;

/// <summary>
/// Holds the bytes of several caches together inside one number. Who passes it makes all of them give, each in proportion
/// to what it holds. May be used from many threads at once.
/// </summary>
/// <param name="account">Where the bytes are charged, if anywhere.</param>
public sealed class CacheBudget(MemoryAccount? account = null)
{
    /// <summary>Bytes until somebody says otherwise.</summary>
    public const long BytesDefault = 16L << 20;

    private readonly Lock _gate = new();
    private readonly List<IBoundedCache> _caches = [];
    private long _bytesMax = BytesDefault;

    /// <summary>Bytes that all caches may hold together; may be changed at any time, and is kept at once.</summary>
    public long BytesMax
    {
        get => Interlocked.Read(ref _bytesMax);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Interlocked.Exchange(ref _bytesMax, value);
            Fit();
        }
    }

    /// <summary>Bytes that all caches hold.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _caches.Sum(cache => cache.Bytes);
        }
    }

    /// <summary>What each cache holds and did.</summary>
    public IReadOnlyList<CacheFigures> Figures
    {
        get
        {
            lock (_gate)
                return [.. _caches.Select(cache => cache.Figures)];
        }
    }

    /// <summary>Makes the caches give back at least so many bytes together, or everything; answers how many.</summary>
    public long Shrink(long bytes)
    {
        lock (_gate)
            return bytes <= 0 ? 0 : ShrinkAll(bytes);
    }

    /// <summary>Counts a cache from now on.</summary>
    internal void Add(IBoundedCache cache)
    {
        lock (_gate)
            _caches.Add(cache);
    }

    /// <summary>Counts bytes that a cache took, or gave back when negative.</summary>
    internal void Count(long bytes)
    {
        if (bytes >= 0)
            account?.Charge(bytes);
        else
            account?.Release(-bytes);
    }

    /// <summary>Makes the caches give what they hold beyond the limit.</summary>
    internal void Fit()
    {
        lock (_gate)
        {
            long over = _caches.Sum(cache => cache.Bytes) - BytesMax;
            if (over > 0)
                ShrinkAll(over);
        }
    }

    private long ShrinkAll(long wanted)
    {
        long held = _caches.Sum(cache => cache.Bytes);
        long freed = 0;
        // Rounded up, so the shares are never less than what is wanted; the largest gives first, for it has most to give.
        foreach (IBoundedCache cache in _caches.OrderByDescending(cache => cache.Bytes))
        {
            if (freed >= wanted || held == 0)
                break;
            long share = (long)Math.Ceiling(wanted * ((double)cache.Bytes / held));
            freed += cache.Shrink(share);
        }

        return freed;
    }
}
