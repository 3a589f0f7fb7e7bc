using System.Diagnostics.CodeAnalysis;

namespace Thermocline.Memory.Caches;

/// <summary>
/// Keeps what was used last, inside a limit of entries and one of bytes, each entry for a limited time. May be used from
/// many threads at once. Holds nothing that could not be computed again.
/// </summary>
public sealed class BoundedCache<TKey, TValue> : IBoundedCache
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _byKey = [];
    private readonly LinkedList<Entry> _lastUsedFirst = new();
    private readonly CacheOptions _options;
    private readonly Func<TKey, TValue, long> _bytesOf;
    private readonly TimeProvider _time;
    private readonly CacheBudget? _budget;
    private long _bytes;
    private long _hits;
    private long _misses;
    private long _evictions;
    private long _outdated;

    /// <summary>An empty cache, which the budget counts from now on.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="bytesOf">The bytes an entry takes in memory, everything counted.</param>
    /// <param name="time">The clock of the entries' age.</param>
    /// <param name="budget">What it shares with other caches, or null for a cache of its own.</param>
    public BoundedCache(CacheOptions options, Func<TKey, TValue, long> bytesOf, TimeProvider time, CacheBudget? budget)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.EntriesMax);
        _options = options;
        _bytesOf = bytesOf;
        _time = time;
        _budget = budget;
        _budget?.Add(this);
    }

    /// <inheritdoc/>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <inheritdoc/>
    public CacheFigures Figures
    {
        get
        {
            lock (_gate)
            {
                return new CacheFigures(_options.Name, _byKey.Count, _bytes, _options.BytesMax)
                {
                    Hits = _hits,
                    Misses = _misses,
                    Evictions = _evictions,
                    Outdated = _outdated,
                };
            }
        }
    }

    /// <summary>Finds a value that is young enough and still true.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isTrue">Whether a value may still be given out; one that may not leaves the cache.</param>
    /// <param name="value">The value.</param>
    public bool TryFind(TKey key, Predicate<TValue> isTrue, [MaybeNullWhen(false)] out TValue value)
    {
        ArgumentNullException.ThrowIfNull(isTrue);
        lock (_gate)
        {
            value = default;
            if (_byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                bool isYoung = _time.GetElapsedTime(node.Value.AddedAt) < _options.TimeToLive;
                if (isYoung && isTrue(node.Value.Value))
                {
                    _lastUsedFirst.Remove(node);
                    _lastUsedFirst.AddFirst(node);
                    _hits++;
                    value = node.Value.Value;
                    return true;
                }

                Remove(node);
                _outdated++;
            }

            _misses++;
            return false;
        }
    }

    /// <summary>Adds a value, in the place of the key's old one. What is larger than the cache is not kept.</summary>
    public void Add(TKey key, TValue value)
    {
        long bytes = _bytesOf(key, value);
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out LinkedListNode<Entry>? old))
                Remove(old);
            if (bytes > _options.BytesMax)
                return;
            while (_byKey.Count >= _options.EntriesMax || _bytes + bytes > _options.BytesMax)
                EvictOne();
            _byKey[key] = _lastUsedFirst.AddFirst(new Entry(key, value, bytes, _time.GetTimestamp()));
            Interlocked.Add(ref _bytes, bytes);
            _budget?.Count(bytes);
        }

        // Outside the lock: the budget may ask this cache and others to shrink.
        _budget?.Fit();
    }

    /// <inheritdoc/>
    public long Shrink(long bytes)
    {
        lock (_gate)
        {
            long before = _bytes;
            RemoveOutdated();
            while (before - _bytes < bytes && _byKey.Count > 0)
                EvictOne();
            return before - _bytes;
        }
    }

    /// <summary>What nobody would be given any more goes first.</summary>
    private void RemoveOutdated()
    {
        LinkedListNode<Entry>? node = _lastUsedFirst.Last;
        while (node is not null)
        {
            LinkedListNode<Entry>? next = node.Previous;
            if (_time.GetElapsedTime(node.Value.AddedAt) >= _options.TimeToLive)
            {
                Remove(node);
                _outdated++;
            }

            node = next;
        }
    }

    private void EvictOne()
    {
        Remove(_lastUsedFirst.Last!);
        _evictions++;
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _lastUsedFirst.Remove(node);
        _byKey.Remove(node.Value.Key);
        Interlocked.Add(ref _bytes, -node.Value.Bytes);
        _budget?.Count(-node.Value.Bytes);
    }

    private readonly record struct Entry(TKey Key, TValue Value, long Bytes, long AddedAt);
}
