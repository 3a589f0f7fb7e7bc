using Thermocline.Store.Cold;
using Thermocline.Store.Commit;
using Thermocline.Store.Files;
using Thermocline.Store.Format;
using Thermocline.Store.Index;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Packing;
using Thermocline.Store.Records;
using Thermocline.Store.Recovery;
using Thermocline.Store.Tiering;
using Thermocline.Store.Tuning;

namespace Thermocline.Store;

/// <summary>
/// The tiered store: an append-only log of frames, an index of their places, and a hot tier in RAM.
/// All members may be called from many threads at once.
/// </summary>
public sealed class TieredStore : IDisposable
{
    private const string LockPath = "lock";

    /// <summary>Bytes of records that a dictionary is trained on, where memory allows: more teach it little.</summary>
    private const long SampleBytesMax = 12L << 20;
    private readonly StoreOptions _options;
    private readonly IFiles _files;
    private readonly TimeProvider _time;
    private readonly IDisposable _lock;
    private readonly Opened _opened;
    private readonly RecordTable _records;
    private readonly Sealer _sealer;
    private readonly LogAppender _appender;
    private readonly CommitQueue _queue;
    private readonly Committer _committer;
    private readonly StageCounters _stages;
    private readonly HotRelief _relief;
    private readonly Packer _packer;
    private readonly ColdReader _reader;
    private readonly ColdTier? _cold;
    private readonly HotTuner _tuner;
    private readonly Listings _listings;
    private readonly OperationRules _rules;
    private int _closed;

    private TieredStore(
        StoreOptions options, IFiles files, TimeProvider time, IDisposable folderLock, Opened opened, ColdReader reader, IColdStore? cold)
    {
        _reader = reader;
        _options = options;
        _files = files;
        _time = time;
        _lock = folderLock;
        _opened = opened;
        _records = opened.Records;
        _queue = new CommitQueue(options.PendingBytesMax, opened.Accounts.Pending);
        _rules = new OperationRules(options.ValueBytesMax);
        _listings = new Listings(_records.Log, _records.Damages);
        _tuner = new HotTuner(options.HotBytes, _records.ResizeHot, time);
        if (options.AutoTuneHot)
            _records.Observe(_tuner.Sampler);
        _stages = new StageCounters(time);
        var dictionaries = new Dictionaries(opened.Share.Dictionaries, _stages);
        _relief = new HotRelief(_records, dictionaries, options.Compression);
        var segmentPacker = new SegmentPacker(
            files, _records, opened.Hash, opened.Share, dictionaries,
            Math.Clamp(options.HotBytes / 4, 1 << 20, SampleBytesMax),
            () => FlushAsync().AsTask().GetAwaiter().GetResult(), time);
        int covered = (int)(opened.Snapshot?.Header.LastSegment ?? 0);
        _packer = new Packer(segmentPacker, _records, opened.Hash, options, _stages, covered, LookAtHot);
        Memory = new StoreMemory(options.Ledger, _records.Hot, _tuner, opened.Share.Chunks, _packer);
        _sealer = new Sealer(_packer.Wake, failure => _committer!.LatchWith(failure));
        _appender = new LogAppender(
            files, options, opened.Identity.ShortId, _records.Log, _sealer, opened.LastSegment, opened.LastSequence);
        _committer = new Committer(_queue, _appender, _records, opened.Hash, options, opened.Accounts.Log, time);
        _sealer.Start(opened.Unfinished);
        if (cold is null)
            return;
        var parts = new ColdParts(cold, files, opened.Identity, opened.Share, reader, time);
        _cold = new ColdTier(
            parts, _records.Log, _packer, SyncedEndAsync, options.Cold);
    }

    /// <summary>Opens a store, creating it when the folder is empty, and recovers what a crash left.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="files">The data folder.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cold">
    /// Where segments are shipped to and what leaves the local disk is read from, or null. It belongs to the caller, who
    /// disposes it after the store. The store opens also while it is away.
    /// </param>
    /// <exception cref="StoreException">Locked, damaged beyond use, or the disk failed.</exception>
    /// <exception cref="ArgumentException">An option is out of range; every mistake is named.</exception>
    public static TieredStore Open(StoreOptions options, IFiles files, TimeProvider time, IColdStore? cold = null)
    {
        options.Validate();
        IDisposable? folderLock = null;
        try
        {
            folderLock = files.Lock(LockPath);
            var reader = new ColdReader(cold);
            Opened opened = Opening.Run(options, files, reader.ReadAsync, time);
            return new TieredStore(options, files, time, folderLock, opened, reader, cold);
        }
        catch (IOException failure)
        {
            folderLock?.Dispose();
            throw StoreException.Of("Opening the store", failure);
        }
        catch
        {
            folderLock?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes a data folder from a cold store alone, and fences whoever wrote to it before. Interrupted, run it again.
    /// </summary>
    /// <param name="files">An empty folder, or one that a restoration of the same store left unfinished.</param>
    /// <param name="cold">The cold store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="whole">Fetch every value now; otherwise values stay in the cold store until they are read.</param>
    /// <param name="progress">Told after every segment.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StoreException">The folder holds another store, the bucket none, or the world failed.</exception>
    public static ValueTask<RestoreReport> RestoreAsync(
        IFiles files, IColdStore cold, TimeProvider time, bool whole, IProgress<RestoreProgress>? progress,
        CancellationToken cancellation) =>
        StoreException.DuringAsync(
            "Restoring", () => new Restoring(files, cold, time, progress).RunAsync(whole, cancellation));

    /// <summary>
    /// The same for a folder that has no records, or that a restoration left unfinished; null, and nothing done, when the folder
    /// holds a store or the cold store holds none.
    /// </summary>
    /// <exception cref="StoreException">As of <see cref="RestoreAsync"/>.</exception>
    public static ValueTask<RestoreReport?> RestoreIfEmptyAsync(
        IFiles files, IColdStore cold, TimeProvider time, CancellationToken cancellation) =>
        StoreException.DuringAsync(
            "Restoring", () => new Restoring(files, cold, time, null).RunIfEmptyAsync(cancellation));

    /// <summary>Figures of this moment.</summary>
    public StoreStatus Status => StatusReading.Of(_opened, _committer, _packer, _stages, _cold?.Status, _reader) with { HotTuning = _tuner.Status };

    /// <summary>When writes are acknowledged; may be changed at any time.</summary>
    public DurabilityPolicy Durability
    {
        get => _committer.Policy;
        set => _committer.Policy = value;
    }

    /// <summary>Its memory, and what may be changed about it.</summary>
    public StoreMemory Memory { get; }

    /// <summary>How much work is spent to make sealed segments smaller; may be changed at any time.</summary>
    public CompressionLevel Compression
    {
        get => _packer.Level;
        set => _packer.Level = _relief.Level = value;
    }

    /// <summary>
    /// Packs on the caller's thread what is due: raw segments, small neighbours, files that are mostly dead. Readers and
    /// writers go on. Returns how many files were made.
    /// </summary>
    /// <exception cref="StoreException">The disk failed: the files are as they were.</exception>
    public int Pack(CancellationToken cancellation)
    {
        int files = StoreException.During("Packing", () => _packer.RunToEnd(cancellation));
        _relief.Prepare();
        return files;
    }

    /// <summary>
    /// Compresses what is hot where it lies, the coldest first, until so many bytes are given back to the system or nothing is
    /// left to compress; returns how many were. Readers and writers go on. When it is cancelled, what was done stays. Does
    /// nothing at <see cref="CompressionLevel.Off"/>, nor while another thread is at it. The limit of the tier stays what it
    /// is: new records take the memory again unless that is lowered too.
    /// </summary>
    public long CompressHot(long bytes, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _relief.Compress(bytes, cancellation);
    }

    /// <summary>
    /// Ships to the cold store now what is due, publishes it, and moves segments between the tiers. A thread does the same
    /// at intervals unless <see cref="ColdOptions.Background"/> is off.
    /// </summary>
    /// <exception cref="StoreException">The cold store failed, or is somebody else's now. What was done counts.</exception>
    /// <exception cref="InvalidOperationException">The store was opened without a cold store.</exception>
    public async ValueTask ShipAsync(CancellationToken cancellation)
    {
        ColdTier cold = _cold ?? throw new InvalidOperationException("The store was opened without a cold store.");
        try
        {
            await cold.RoundAsync(cancellation);
        }
        catch (IOException failure)
        {
            throw StoreException.Of("Shipping", failure);
        }
    }

    /// <summary>
    /// Brings a record whose value is in the cold store alone near, so that <see cref="Read"/> does not wait for the
    /// network. Completes at once for all others.
    /// </summary>
    /// <exception cref="StoreException">The cold store is away, or what it has is damaged.</exception>
    public ValueTask FetchAsync(ReadOnlySpan<byte> key, CancellationToken cancellation)
    {
        Address elsewhere = _records.Places.FindElsewhere(key);
        return elsewhere == default ? ValueTask.CompletedTask : _records.Log.FetchAsync(elsewhere, cancellation);
    }

    /// <summary>
    /// Reads the current value of a key (see <see cref="Keys"/>). Expired records are absent. Waits for the network when the
    /// value is in the cold store alone and was not brought near by <see cref="FetchAsync"/>.
    /// </summary>
    /// <exception cref="StoreException">Damaged, or the disk failed.</exception>
    public ReadLease Read(scoped ReadOnlySpan<byte> key) => _records.Read(key);

    /// <summary>Writes or deletes one record.</summary>
    /// <exception cref="StoreException">Disk full: nothing was written. Latched, or the commit failed: the fate of the write is unknown.</exception>
    public ValueTask<WriteAnswer> WriteAsync(in WriteOperation operation)
    {
        WriteOutcome fault = _rules.Check(operation);
        if (fault != WriteOutcome.Done)
            return ValueTask.FromResult(new WriteAnswer(fault, 0, false, 0));
        WriteRequest request = _queue.Rent();
        request.Reset(operation);
        return request.NeedsState && _records.Places.FindElsewhere(operation.Key.Span) != default
            ? FetchAndEnqueueAsync(request)
            : Enqueue(request);
    }

    /// <summary>
    /// Writes a batch: all operations or none, in order. An operation sees the ones before it; a delete of an absent key is
    /// done. A reader that must not see half a batch uses <see cref="Snapshot"/>.
    /// </summary>
    /// <exception cref="StoreException">Disk full: nothing was written. Latched, or the commit failed: the fate of the batch is unknown.</exception>
    public ValueTask<WriteAnswer> WriteAsync(ReadOnlyMemory<WriteOperation> batch)
    {
        WriteOutcome fault = _rules.Check(batch.Span, out int failed, out long bytes);
        if (fault != WriteOutcome.Done)
            return ValueTask.FromResult(new WriteAnswer(fault, 0, false, failed));
        WriteRequest request = _queue.Rent();
        request.Reset(batch, bytes);
        return request.NeedsState && _records.Log.View.HasStubs ? FetchAndEnqueueAsync(request) : Enqueue(request);
    }

    /// <summary>Returns once everything acknowledged before is durable, whatever the policy.</summary>
    /// <exception cref="StoreException">The store is latched, or the sync failed.</exception>
    public async ValueTask FlushAsync()
    {
        WriteRequest request = _queue.Rent();
        request.Reset(ReadOnlyMemory<WriteOperation>.Empty, 0);
        await Enqueue(request);
    }

    /// <summary>
    /// Keys that start with <paramref name="prefix"/> and come after <paramref name="after"/> (empty: from the start),
    /// in byte order, at most <paramref name="limit"/> (1 to <see cref="Limits.ListPageMax"/>).
    /// </summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public ListPage List(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit) =>
        ListBefore(Address.End, _time.GetUtcNow().ToUnixTimeMilliseconds(), prefix, after, limit);

    /// <summary>The store as it is now, for reads that must all see one moment.</summary>
    /// <exception cref="StoreException">Full: too many snapshots are open.</exception>
    public StoreSnapshot Snapshot()
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        long nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return _committer.AtRest((end, sequence) =>
        {
            _opened.Undo.Open(end);
            return new StoreSnapshot(this, _opened.Undo, end, sequence, nowMs);
        });
    }

    /// <summary>Reads every frame and checks every checksum; returns what is damaged, at most 1,000 entries.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public IReadOnlyList<Damage> Verify(CancellationToken cancellation) =>
        Verification.Run(_records.Log, SealedThrough, _appender.End, cancellation);

    /// <summary>Stops cleanly: commits what waits, syncs, seals, and saves the index so that the next open is immediate.</summary>
    /// <exception cref="StoreException">The disk failed. What was acknowledged as durable is safe all the same.</exception>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        try
        {
            _cold?.Dispose();
            _packer.Dispose();
            _queue.Close(new StoreException(StoreFault.Latched, "The store is closed."));
            _committer.Join();
            int last = _committer.Latch is null ? _appender.Finish() : -1;
            _sealer.Dispose();
            if (last >= 0 && _committer.Latch is null && _sealer.IsIdle)
                SaveIndex(last);
        }
        catch (DiskFullException)
        {
            // Nothing is missing but a key table or the index snapshot: the next open makes them.
        }
        catch (IOException failure)
        {
            throw StoreException.Of("Closing the store", failure);
        }
        finally
        {
            _sealer.Dispose();
            _records.Close();
            _opened.Snapshot?.Dispose();
            foreach (ISegment segment in _records.Log.View.Segments)
                segment.Dispose();
            _opened.Accounts.Dispose();
            _lock.Dispose();
        }
    }

    /// <summary>The same as <see cref="Close"/>, for a caller that cannot act on a failure: the next open recovers.</summary>
    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (StoreException)
        {
            // Everything acknowledged as durable is in the log already; what is lost is the quick start.
        }
    }

    internal ReadLease ReadBefore(Address end, long nowMs, scoped ReadOnlySpan<byte> key) =>
        _records.ReadBefore(end, key, nowMs);

    internal ListPage ListBefore(
        Address end, long nowMs, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, Limits.ListPageMax);
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        return _listings.Read(end, nowMs, prefix, after, limit);
    }

    private void LookAtHot()
    {
        _relief.Prepare();
        if (_options.AutoTuneHot)
            _tuner.LookIfDue();
    }

    /// <summary>For tests: whether the background has nothing left to do.</summary>
    internal bool IsSettled => _sealer.IsIdle;

    private async ValueTask<(Address End, ulong Sequence)> SyncedEndAsync()
    {
        (Address, ulong) end = _committer.AtRest(static (end, sequence) => (end, sequence));
        await FlushAsync();
        return end;
    }

    /// <summary>Brings near what the conditions of a write are judged by: the committer never waits for the network.</summary>
    private async ValueTask<WriteAnswer> FetchAndEnqueueAsync(WriteRequest request)
    {
        for (int i = 0; i < request.Count; i++)
        {
            if (request[i].Condition.Kind != ConditionKind.None)
                await FetchAsync(request[i].Key.Span, CancellationToken.None);
        }

        return await Enqueue(request);
    }

    private ValueTask<WriteAnswer> Enqueue(WriteRequest request)
    {
        ValueTask<WriteAnswer> answer = request.Task;
        return _queue.TryAdd(request)
            ? answer
            : ValueTask.FromResult(new WriteAnswer(WriteOutcome.Busy, 0, false, 0));
    }

    /// <summary>Last segment before any that was not sealed when the store was opened.</summary>
    private int SealedThrough => _opened.Unfinished.Count == 0 ? _opened.LastSegment : _opened.Unfinished[0].Segment.Number - 1;

    private void SaveIndex(int lastSegment)
    {
        bool unchanged = _opened.Snapshot is { } snapshot && snapshot.Header.LastSegment == lastSegment;
        if (unchanged || lastSegment == 0)
            return;
        var header = new IndexSnapshotHeader(
            _opened.Identity.StoreId, lastSegment, _appender.LastSequence, _records.Index.Count, 0, 0);
        _records.Freeze(() => IndexSnapshotFile.Write(_files, header, _records.Index));
    }
}
