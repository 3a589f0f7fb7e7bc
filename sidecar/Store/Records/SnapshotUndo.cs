using Thermocline.Store.Format;

namespace Thermocline.Store.Records;

/// <summary>
/// Remembers where replaced and deleted values lie while somebody holds a snapshot that can still see them. A snapshot is
/// an address: it sees the frames below it. Nothing is remembered while none is open.
/// </summary>
internal sealed class SnapshotUndo(int snapshotsMax, int entriesMax)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<Address, int> _open = [];
    private readonly Dictionary<ulong, List<Replaced>> _replaced = [];
    private int _entries;
    private int _count;

    /// <summary>Snapshots open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <exception cref="StoreException">Full: too many snapshots are open.</exception>
    public void Open(Address end)
    {
        lock (_lock)
        {
            if (_count == snapshotsMax)
            {
                throw new StoreException(
                    StoreFault.Full, $"{snapshotsMax} snapshots are open, the limit: dispose one first.");
            }

            _open[end] = _open.GetValueOrDefault(end) + 1;
            Volatile.Write(ref _count, _count + 1);
        }
    }

    public void Close(Address end)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(end, out int holders))
                return;
            if (holders == 1)
                _open.Remove(end);
            else
                _open[end] = holders - 1;
            Volatile.Write(ref _count, _count - 1);
            Forget();
        }
    }

    /// <summary>Notes that the frame at an address is replaced by one at another. Called before the index changes.</summary>
    public void Add(ulong tag, Address old, Address replacement)
    {
        if (Count == 0)
            return;
        lock (_lock)
        {
            if (_open.Count == 0 || old >= _open.Keys.Last())
                return;
            if (_entries >= entriesMax)
                GiveUpOldest();
            if (!_replaced.TryGetValue(tag, out List<Replaced>? list))
                _replaced[tag] = list = [];
            list.Add(new Replaced(old, replacement));
            _entries++;
        }
    }

    /// <summary>Places of values of a tag that the snapshot sees and the index no longer names, newest first.</summary>
    /// <exception cref="StoreException">SnapshotTooOld.</exception>
    public Address[] Find(ulong tag, Address end)
    {
        lock (_lock)
        {
            if (!_open.ContainsKey(end))
            {
                throw new StoreException(
                    StoreFault.SnapshotTooOld, "The snapshot was given up: too much was replaced while it was open.");
            }

            if (!_replaced.TryGetValue(tag, out List<Replaced>? list))
                return [];
            return [.. list.Where(entry => entry.Old < end && entry.Replacement >= end)
                .OrderByDescending(static entry => entry.Old).Select(static entry => entry.Old)];
        }
    }

    /// <summary>Whether an open snapshot may still read the replaced frame at an address.</summary>
    public bool Holds(ulong tag, Address address)
    {
        if (Count == 0)
            return false;
        lock (_lock)
            return _replaced.TryGetValue(tag, out List<Replaced>? list) && list.Exists(entry => entry.Old == address);
    }

    private void GiveUpOldest()
    {
        Address oldest = _open.Keys.First();
        Volatile.Write(ref _count, _count - _open[oldest]);
        _open.Remove(oldest);
        Forget();
    }

    /// <summary>Drops what no open snapshot sees.</summary>
    private void Forget()
    {
        if (_open.Count == 0)
        {
            _replaced.Clear();
            _entries = 0;
            return;
        }

        // Entries are only looked through when they are many: closing a snapshot stays cheap.
        if (_entries < entriesMax / 2)
            return;
        Address oldest = _open.Keys.First();
        foreach ((ulong tag, List<Replaced> list) in _replaced)
        {
            _entries -= list.RemoveAll(entry => entry.Replacement <= oldest);
            if (list.Count == 0)
                _replaced.Remove(tag);
        }
    }

    private readonly record struct Replaced(Address Old, Address Replacement);
}
