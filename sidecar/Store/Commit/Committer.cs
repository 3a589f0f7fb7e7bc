using System.Runtime.InteropServices;
using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Records;

namespace Thermocline.Store.Commit;

/// <summary>
/// The one writer: takes what waits, encodes it as a group, writes once, syncs once (by policy), makes it visible, answers.
/// After a failed write or sync it latches: nothing is written any more, reads go on, the next open recovers. Only a disk
/// without space does not latch it.
/// </summary>
internal sealed class Committer
{
    /// <summary>A group ends here: enough to amortise a sync, little enough to answer soon.</summary>
    private const int GroupBytes = 4 << 20;
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);
    private readonly CommitQueue _queue;
    private readonly LogAppender _log;
    private readonly RecordTable _records;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly MemoryAccount _account;
    private readonly GroupBuffer _group;
    private readonly DeltaBases _bases;
    private readonly ConditionJudge _judge;
    private readonly List<(WriteRequest Request, WriteAnswer Answer)> _answers = [];
    private readonly Lock _publishing = new();
    private readonly Thread _thread;
    private bool _appending;
    private long _syncedAt;
    private int _policy;

    public Committer(
        CommitQueue queue, LogAppender log, RecordTable records, KeyHash hash, StoreOptions options, MemoryAccount account, TimeProvider time)
    {
        _account = account;
        _queue = queue;
        _log = log;
        _records = records;
        _options = options;
        _time = time;
        _group = new GroupBuffer(hash);
        _bases = new DeltaBases(records, hash);
        _judge = new ConditionJudge(records, _group);
        _policy = (int)options.Durability;
        _syncedAt = time.GetTimestamp();
        _thread = new Thread(Run) { IsBackground = true, Name = "thermocline-committer" };
        _thread.Start();
    }

    public DurabilityPolicy Policy
    {
        get => (DurabilityPolicy)Volatile.Read(ref _policy);
        set => Volatile.Write(ref _policy, (int)value);
    }

    public StoreException? Latch { get; private set; }

    /// <summary>Why the last write found no space, or null when it did.</summary>
    public string? DiskFullBy { get; private set; }

    public ulong Sequence => _log.LastSequence;

    public long Writes { get; private set; }

    public long Commits { get; private set; }

    public long Syncs { get; private set; }

    public long BytesIn { get; private set; }

    /// <summary>Frames written as deltas.</summary>
    public long DeltaFrames { get; private set; }

    /// <summary>Bytes that the log is shorter for them.</summary>
    public long DeltaBytesSaved { get; private set; }

    /// <summary>Takes a snapshot's end while no group is half visible, and lets the caller register it.</summary>
    public T AtRest<T>(Func<Address, ulong, T> action)
    {
        lock (_publishing)
            return action(_log.End, _log.LastSequence);
    }

    /// <summary>Refuses all later writes with this failure.</summary>
    public void LatchWith(StoreException failure)
    {
        Latch ??= failure;
        _queue.Close(new StoreException(
            StoreFault.Latched, $"The store takes no writes since: {failure.Message} Restart recovers it.",
            failure.File, failure.Offset, failure));
    }

    /// <summary>Waits until everything taken is answered and the thread has ended. The queue must be closed.</summary>
    public void Join() => _thread.Join();

    private void Run()
    {
        while (_queue.Take(Patience()) is { } requests)
        {
            int next = 0;
            try
            {
                if (Latch is not null)
                    throw Latch;
                while (next < requests.Count)
                    next = CommitOrRefuse(requests, next);
                SyncIfDue();
                _account.Set(_group.Capacity + _log.TailBytes + _bases.Bytes);
            }
            catch (IOException failure)
            {
                FailAll(requests, next, new StoreException(
                    StoreFault.Io, $"Writing the log failed: {failure.Message}", null, -1, failure));
            }
            catch (StoreException failure)
            {
                FailAll(requests, next, failure);
            }
#pragma warning disable CA1031 // The top of the loop: a defect here must refuse writes, not leave their callers waiting.
            catch (Exception defect)
#pragma warning restore CA1031
            {
                FailAll(requests, next, new StoreException(
                    StoreFault.Latched, $"A defect stopped the writer: {defect.Message}", null, -1, defect));
            }
        }
    }

    /// <summary>
    /// Commits the next group, or, when there is no space or memory for it, refuses all that wait: the log is as it was, so
    /// nothing latches and the next writes are tried as if nothing had been.
    /// </summary>
    private int CommitOrRefuse(List<WriteRequest> requests, int first)
    {
        try
        {
            return CommitGroup(requests, first);
        }
        catch (DiskFullException full)
        {
            DiskFullBy = full.Message;
            Refuse(requests, first, new StoreException(
                StoreFault.DiskFull, $"The disk is full; nothing was written. Writes go on once there is space. {full.Message}", null, -1, full));
            return requests.Count;
        }
        catch (OutOfMemoryException exhausted) when (!_appending)
        {
            // The group was being put together: the log does not know of it yet.
            Refuse(requests, first, new StoreException(
                StoreFault.Full, "There is no memory for the write; nothing was written.", null, -1, exhausted));
            return requests.Count;
        }
    }

    /// <summary>Fails the writes from an index on; what is only to be synced needs no space.</summary>
    private void Refuse(List<WriteRequest> requests, int first, StoreException refusal)
    {
        _answers.Clear();
        for (int i = first; i < requests.Count; i++)
        {
            if (requests[i].IsFlush)
                _answers.Add((requests[i], new WriteAnswer(WriteOutcome.Done, 0, true, 0)));
        }

        if (_answers.Count > 0)
            Sync();
        // Each is looked at before it is answered: after that it may be another write already.
        for (int i = first; i < requests.Count; i++)
        {
            if (!requests[i].IsFlush)
                requests[i].Fail(new StoreException(refusal.Fault, refusal.Message, null, -1, refusal.InnerException));
        }

        AnswerAll(!_log.IsDirty);
    }

    private TimeSpan Patience()
    {
        if (Policy != DurabilityPolicy.Interval || !_log.IsDirty)
            return IdleWait;
        TimeSpan left = _options.SyncInterval - _time.GetElapsedTime(_syncedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Commits requests from an index on as one group and returns the index of the first one left.</summary>
    private int CommitGroup(List<WriteRequest> requests, int first)
    {
        _appending = false;
        _answers.Clear();
        long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        bool flush = false;
        bool started = false;
        int next = first;
        for (; next < requests.Count; next++)
        {
            WriteRequest request = requests[next];
            if (request.IsFlush)
            {
                flush = true;
                _answers.Add((request, new WriteAnswer(WriteOutcome.Done, 0, true, 0)));
                continue;
            }

            long size = FrameBytesOf(request);
            if (!started)
            {
                StartGroup(requests, next, nowMs, size, request.Count);
                started = true;
            }
            else if (_group.Used + size > GroupBytes || !_log.HasRoom(_group.Used + size, _group.Count + request.Count))
            {
                break;
            }

            _answers.Add((request, Encode(request, nowMs)));
        }

        bool durable = WriteGroup(started, flush);
        AnswerAll(durable);
        return next;
    }

    private void StartGroup(List<WriteRequest> requests, int first, long nowMs, long bytes, int frames)
    {
        if (!_log.HasRoom(bytes, frames))
        {
            lock (_publishing)
            {
                _appending = true;
                _log.Roll(nowMs, bytes);
                _appending = false;
            }
        }

        bool tracksKeys = false;
        for (int i = first; i < requests.Count && !tracksKeys; i++)
            tracksKeys = requests[i].NeedsState;
        _group.Start(_log.LastTag, tracksKeys);
    }

    private WriteAnswer Encode(WriteRequest request, long nowMs)
    {
        int start = _group.Count;
        for (int i = 0; i < request.Count; i++)
        {
            WriteOperation operation = request[i];
            WriteOutcome outcome = request.NeedsState ? _judge.Judge(operation, nowMs) : WriteOutcome.Done;
            // Inside a batch a delete of nothing is done; alone it is answered as absent.
            if (outcome == WriteOutcome.Absent && request.Count > 1)
                continue;
            if (outcome != WriteOutcome.Done)
            {
                _group.CutTo(start);
                return new WriteAnswer(outcome, 0, false, i);
            }

            Add(operation, PlaceOfNext(nowMs));
            BytesIn += WriteRequest.SizeOf(operation);
        }

        for (int i = start; i < _group.Count - 1; i++)
            _group.MarkContinues(i, _log.Seed);
        ulong sequence = _group.Count == start ? 0 : _log.LastSequence + (ulong)_group.Count;
        return new WriteAnswer(WriteOutcome.Done, sequence, false, 0);
    }

    private void Add(in WriteOperation operation, in FramePlace place)
    {
        ReadOnlyMemory<byte> delta = _options.DeltaFrames ? _bases.Encode(operation, _log.End.Segment) : default;
        if (delta.IsEmpty)
            _group.Add(operation, operation.Delete ? FrameFlags.Tombstone : FrameFlags.None, place);
        else
            _group.AddDelta(operation, delta, place);
    }

    private FramePlace PlaceOfNext(long nowMs) =>
        new(_log.Seed, _log.LastSequence + (ulong)_group.Count + 1, _group.LastTag, _log.Synced, nowMs);

    /// <summary>Writes, syncs by policy, makes visible. Returns whether the disk has everything written so far.</summary>
    private bool WriteGroup(bool started, bool flush)
    {
        if (!started || _group.Count == 0)
        {
            if (flush)
                Sync();
            return !_log.IsDirty;
        }

        Address address;
        lock (_publishing)
        {
            // Snapshots read the end of the log: it must not move while a group is written but not yet visible.
            _appending = true;
            address = _log.Append(_group);
            NoteSpace();
            if (flush || Policy == DurabilityPolicy.Always)
                Sync();
            Publish(address);
            _appending = false;
        }

        Commits++;
        Writes += _group.Count;
        return !_log.IsDirty;
    }

    private void NoteSpace()
    {
        if (DiskFullBy is null)
            return;
        DiskFullBy = null;
        _log.NoteSpace();
    }

    private void Publish(Address start)
    {
        foreach (ref readonly GroupFrame placed in _group.Frames)
        {
            var frame = new Frame(_group.Bytes.Slice(placed.Start, placed.Length));
            Address address = Address.Of(start.Segment, start.Offset + placed.Start);
            _log.NoteKey(frame, address);
            _records.Publish(frame.Key, address, _group.WholeOf(placed), frame.IsTombstone);
            if (placed.WholeLength == 0)
                continue;
            DeltaFrames++;
            DeltaBytesSaved += placed.WholeLength - placed.Length;
        }
    }

    private void SyncIfDue()
    {
        if (Policy == DurabilityPolicy.Interval
            && _log.IsDirty
            && _time.GetElapsedTime(_syncedAt) >= _options.SyncInterval)
        {
            Sync();
        }
    }

    private void Sync()
    {
        if (!_log.IsDirty)
            return;
        _log.Sync();
        _syncedAt = _time.GetTimestamp();
        Syncs++;
    }

    private void AnswerAll(bool durable)
    {
        foreach (ref readonly (WriteRequest Request, WriteAnswer Answer) entry in CollectionsMarshal.AsSpan(_answers))
            entry.Request.Answer(entry.Answer with { Durable = durable });
        _answers.Clear();
    }

    private void FailAll(List<WriteRequest> requests, int first, StoreException failure)
    {
        LatchWith(failure);
        for (int i = first; i < requests.Count; i++)
            requests[i].Fail(new StoreException(failure.Fault, failure.Message, failure.File, failure.Offset, failure));
        _answers.Clear();
    }

    private static long FrameBytesOf(WriteRequest request) => request.Bytes + ((Frame.HeaderBytes + 8L) * request.Count);
}
