using Thermocline.Store.Accounting;

namespace Thermocline.Store.Packed;

/// <summary>
/// Restored chunks in RAM, bounded in bytes, the least recently used leaving first: blocks that several records are read
/// from, and chunks that were fetched from the cold store.
/// </summary>
internal sealed class ChunkCache(long bytesMax, MemoryAccount account)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(long Segment, int Chunk), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = new();
    private long _limit = bytesMax;
    private long _bytes;
    private long _hits;
    private long _misses;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Hits => Volatile.Read(ref _hits);

    public long Misses => Volatile.Read(ref _misses);

    /// <summary>Bytes it may take; lowering it gives memory back at once.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set
        {
            lock (_lock)
            {
                _limit = value;
                Shrink();
            }
        }
    }

    public byte[]? Find(long segment, int chunk)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((segment, chunk), out LinkedListNode<Entry>? node))
            {
                _misses++;
                return null;
            }

            _hits++;
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Bytes;
        }
    }

    /// <summary>Keeps a chunk. The array belongs to the cache and its readers from now on: nobody may write to it.</summary>
    public void Add(long segment, int chunk, byte[] bytes)
    {
        lock (_lock)
        {
            if (bytes.Length > _limit || _entries.ContainsKey((segment, chunk)))
                return;
            _entries[(segment, chunk)] = _order.AddFirst(new Entry(segment, chunk, bytes));
            _bytes += bytes.Length;
            account.Charge(bytes.Length);
            Shrink();
        }
    }

    private void Shrink()
    {
        while (_bytes > _limit && _order.Last is { } last)
        {
            _order.RemoveLast();
            _entries.Remove((last.Value.Segment, last.Value.Chunk));
            _bytes -= last.Value.Bytes.Length;
            account.Release(last.Value.Bytes.Length);
        }
    }

    private readonly record struct Entry(long Segment, int Chunk, byte[] Bytes);
}
