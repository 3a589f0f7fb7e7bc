using Thermocline.Store.Accounting;

namespace Thermocline.Store.Commit;

/// <summary>
/// Writes waiting for the committer, bounded in bytes. Requests are reused, so that a write allocates nothing.
/// </summary>
internal sealed class CommitQueue(long bytesMax, MemoryAccount account)
{
    private const int SpareMax = 1024;
    private readonly Lock _lock = new();
    private readonly object _arrival = new();
    private readonly Stack<WriteRequest> _spare = new();
    private List<WriteRequest> _waiting = [];
    private List<WriteRequest> _taken = [];
    private StoreException? _closed;
    private long _bytes;
    private long _takenBytes;

    public WriteRequest Rent()
    {
        lock (_lock)
            return _spare.TryPop(out WriteRequest? request) ? request : new WriteRequest(this);
    }

    public void Recycle(WriteRequest request)
    {
        lock (_lock)
        {
            if (_spare.Count < SpareMax)
                _spare.Push(request);
        }
    }

    /// <summary>Adds a write; false when too many bytes wait already.</summary>
    /// <exception cref="StoreException">The store takes no more writes.</exception>
    public bool TryAdd(WriteRequest request)
    {
        lock (_arrival)
        {
            if (_closed is not null)
                throw new StoreException(_closed.Fault, _closed.Message, _closed.File, _closed.Offset, _closed);
            // A flush has no bytes and is never refused: whoever asks for it must be able to rely on it.
            if (_bytes > 0 && request.Bytes > 0 && _bytes + request.Bytes > bytesMax)
                return false;
            _bytes += request.Bytes;
            account.Charge(request.Bytes);
            _waiting.Add(request);
            if (_waiting.Count == 1)
                Monitor.Pulse(_arrival);
            return true;
        }
    }

    /// <summary>
    /// Waits for writes and takes them all; empty when the time is over, null when the queue is closed and empty. The list
    /// belongs to the caller until the next call.
    /// </summary>
    public List<WriteRequest>? Take(TimeSpan patience)
    {
        lock (_arrival)
        {
            // Who comes for more has answered what it took before.
            account.Release(_takenBytes);
            _takenBytes = 0;
            if (_waiting.Count == 0 && _closed is null)
                Monitor.Wait(_arrival, patience);
            if (_waiting.Count == 0 && _closed is not null)
                return null;
            _taken.Clear();
            (_waiting, _taken) = (_taken, _waiting);
            _takenBytes = _bytes;
            _bytes = 0;
            return _taken;
        }
    }

    /// <summary>Refuses every later write with this failure. The first one wins.</summary>
    public void Close(StoreException failure)
    {
        lock (_arrival)
        {
            _closed ??= failure;
            Monitor.PulseAll(_arrival);
        }
    }
}
