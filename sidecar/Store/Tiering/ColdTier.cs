using System.Security.Cryptography;
using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;
using Thermocline.Store.Packing;

namespace Thermocline.Store.Tiering;

/// <summary>
/// Moves segments between the local disk and the cold store: ship, publish, evict, and back. Each step starts from what
/// the files and the manifest say, so that it can be interrupted anywhere and done again. One round at a time.
/// </summary>
internal sealed class ColdTier : IDisposable
{
    private readonly IColdStore _cold;
    private readonly Identity _identity;
    private readonly LogReader _log;
    private readonly Packer _packer;
    private readonly ColdOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<ValueTask<(Address End, ulong Sequence)>> _syncedEnd;
    private readonly ManifestStore _manifests;
    private readonly GarbageCollector _garbage;
    private readonly TailShipper _tail;
    private readonly SegmentShipper _segments;
    private readonly SegmentMoves _moves;
    private readonly Observations _observed;
    private readonly ClaimFile _claim;
    private readonly string _writer;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread? _thread;
    private volatile ColdTierStatus _status;
    private DateTimeOffset _garbageDue;
    private bool _isClaimed;

    /// <param name="parts">What it works on.</param>
    /// <param name="log">The segments.</param>
    /// <param name="packer">Held off while a segment changes its place.</param>
    /// <param name="syncedEnd">Says where the log ends, once it is synced up to there.</param>
    /// <param name="options">When and where to.</param>
    public ColdTier(
        ColdParts parts, LogReader log, Packer packer, Func<ValueTask<(Address End, ulong Sequence)>> syncedEnd, ColdOptions options)
    {
        _cold = parts.Cold;
        _identity = parts.Identity;
        _log = log;
        _packer = packer;
        _syncedEnd = syncedEnd;
        _options = options;
        _time = parts.Time;
        _writer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _claim = new ClaimFile(parts.Files, _cold);
        _manifests = new ManifestStore(_cold, _time);
        _garbage = new GarbageCollector(_cold, _manifests, _time, options.GarbageDelay);
        _tail = new TailShipper(_cold, _manifests, log, _writer);
        _segments = new SegmentShipper(_cold, _manifests);
        _moves = new SegmentMoves(parts.Files, log, parts.Share, _cold, parts.Reader.ReadAsync);
        _observed = new Observations(options, _time);
        _status = new ColdTierStatus { Name = _cold.Name };
        _garbageDue = _time.GetUtcNow() + options.GarbageInterval;
        if (!options.Background)
            return;
        _thread = new Thread(Run) { IsBackground = true, Name = "thermocline-shipper" };
        _thread.Start();
    }

    /// <summary>Figures of this moment, those of the files left out.</summary>
    public ColdTierStatus Status
    {
        get
        {
            ManifestStatus manifest = _manifests.Status;
            Manifest? current = _manifests.Current;
            return _status with
            {
                Claimed = manifest is { Epoch: > 0, FencedBy: null },
                SingleWriter = manifest.SingleWriter,
                Epoch = manifest.Epoch,
                Segments = current?.Segments.Count ?? 0,
                Bytes = current?.Segments.Sum(static segment => segment.Bytes) ?? 0,
                ShippedBytes = _status.ShippedBytes + _tail.Bytes,
                GarbageDeleted = _garbage.Status.Deleted,
            };
        }
    }

    /// <summary>Does one round now: ships what is new, publishes it, moves what is due, and looks for garbage at times.</summary>
    /// <exception cref="StoreException">The cold store failed, or is somebody else's now. What was done counts.</exception>
    public async ValueTask RoundAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            DateTimeOffset now = _time.GetUtcNow();
            // What a packed segment lost was replaced before it was packed, so before the end that is asked for after it.
            LogView view = _log.View;
            // What the bucket has is on the disk too: a crash must not take back what a restoration would bring again.
            (Address end, ulong sequence) = await _syncedEnd();
            // A folder nothing was written to gets another identity at every open: it must not leave one in the bucket.
            if (sequence == 0)
                return;
            await ClaimAsync(cancellation);
            bool complete = await ShipAsync(view, end, cancellation);
            // The pieces of a tail are put without a condition: whoever was fenced meanwhile put them where nobody looks.
            if (complete && sequence > _status.RecoverySequence)
                await _manifests.CheckIsOursAsync(cancellation);
            _status = _status with
            {
                Available = true,
                LastFailure = null,
                RecoveryPoint = complete ? now : _status.RecoveryPoint,
                RecoverySequence = complete ? sequence : _status.RecoverySequence,
            };
            await PlaceAsync(cancellation);
            await CollectAsync(now, cancellation);
        }
        catch (StoreException failure)
        {
            _status = _status with
            {
                Available = failure.Fault != StoreFault.ColdUnavailable,
                LastFailure = failure.Message,
            };
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _manifests.Dispose();
        _turn.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Token.WaitHandle.WaitOne(_options.ShipInterval))
        {
            try
            {
                RoundAsync(_stop.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (StoreException)
            {
                // It is in the status; the next round tries again.
            }
#pragma warning disable CA1031 // The top of the loop: a defect here must not end the process; the files are as they were.
            catch (Exception defect)
#pragma warning restore CA1031
            {
                _status = _status with { LastFailure = defect.Message };
            }
        }
    }

    private async ValueTask ClaimAsync(CancellationToken cancellation)
    {
        if (_isClaimed)
            return;
        if (_manifests.Current is null)
            await _manifests.ClaimAsync(_identity.StoreId, _writer, before => _claim.Follow(before, _writer), cancellation);
        // After the claim, which refuses another store's bucket; without it nobody can restore.
        var bytes = new byte[Identity.Bytes];
        _identity.Write(bytes);
        await _cold.PutAsync(ObjectNames.Identity, bytes, ColdCondition.None, cancellation);
        _claim.Done(_manifests.Current!.Epoch);
        _isClaimed = true;
    }

    /// <summary>
    /// Ships what a view of the log has up to its end and publishes all of it at once: a manifest with half of it would give
    /// a restoration neither the state before nor the one after. False when not all could be had; then nothing is published.
    /// </summary>
    private async ValueTask<bool> ShipAsync(LogView view, Address end, CancellationToken cancellation)
    {
        int lastNumber = view.Last?.Last ?? 0;
        if (end.Offset > 0 ? lastNumber < end.Segment : lastNumber < end.Segment - 1)
            return false;
        try
        {
            if (!await _tail.ShipAsync(view, end, cancellation))
                return false;
            foreach (ISegment segment in view.Segments.ToArray())
            {
                if (segment is PackedSegment { IsStub: false } packed && PublishedAs(_manifests.Current!, packed) is null)
                    await _segments.ShipAsync(packed, cancellation);
            }
        }
        catch (ObjectDisposedException) when (_log.View != view)
        {
            // Packed meanwhile: the next round ships the file that took its place.
            return false;
        }

        await PublishAsync(view, cancellation);
        return true;
    }

    private async ValueTask PublishAsync(LogView view, CancellationToken cancellation)
    {
        int[] tails = _tail.Unnamed();
        ManifestSegment[] shipped = _segments.Unpublished(view);
        if (tails.Length == 0 && shipped.Length == 0)
            return;
        await _manifests.PublishAsync(
            manifest => _tail.With(shipped.Aggregate(manifest, SegmentShipper.With), tails), cancellation);
        _tail.Named(tails);
        _segments.Published();
        _status = _status with { Shipped = _status.Shipped + shipped.Length, ShippedBytes = _status.ShippedBytes + shipped.Sum(static one => one.Bytes) };
    }

    private async ValueTask PlaceAsync(CancellationToken cancellation)
    {
        Manifest manifest = _manifests.Current!;
        PackedSegment[] segments = [.. _log.View.Segments.ToArray().OfType<PackedSegment>()];
        var placed = new List<Placed>();
        foreach (PackedSegment segment in segments)
        {
            (double strength, TimeSpan idle) = _observed.Of(segment);
            placed.Add(new Placed(
                segment.First, segment.IsStub, PublishedAs(manifest, segment) is not null, strength, idle,
                (int)(100L * segment.DeadFrames / Math.Max(1, segment.Trailer.Frames)),
                segment.Trailer.ChunksEnd - PackedHeader.Bytes));
        }

        _observed.Forget(segments);
        foreach (Move move in Placement.Decide(placed, _options))
        {
            PackedSegment segment = segments.First(one => one.First == move.First);
            if (move.ToCold)
                await EvictAsync(segment, cancellation);
            else
                await PromoteAsync(segment, cancellation);
        }
    }

    private async ValueTask EvictAsync(PackedSegment segment, CancellationToken cancellation)
    {
        if (_options.ArchiveLevel is { } level && segment.Directory.Level != (byte)level && !_observed.WasArchived(segment))
        {
            // Smaller first; the next round ships it, with all that replaced what it lost, and lets it go.
            if (_packer.PackAgain(segment, level, cancellation) is { } smaller)
                _observed.Archived(segment, smaller);
            return;
        }

        // Not what we think is published, but what is.
        ManifestReading? reading = await _manifests.ReadAsync(cancellation);
        if (reading?.Manifest is not { } manifest || manifest.Writer != _writer || PublishedAs(manifest, segment) is not { } published)
            return;
        bool moved = _packer.WhileResting(() =>
        {
            if (!_log.View.Segments.Contains(segment))
                return false;
            _moves.Evict(segment, published);
            return true;
        });
        if (moved)
            _status = _status with { Evicted = _status.Evicted + 1 };
    }

    private async ValueTask PromoteAsync(PackedSegment stub, CancellationToken cancellation)
    {
        string fetched = await _moves.FetchAsync(stub, cancellation);
        bool moved = _packer.WhileResting(() =>
        {
            if (!_log.View.Segments.Contains(stub))
                return false;
            _moves.Promote(stub, fetched);
            return true;
        });
        if (moved)
            _status = _status with { Promoted = _status.Promoted + 1 };
    }

    private async ValueTask CollectAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        if (now < _garbageDue)
            return;
        await _garbage.RunAsync(cancellation);
        _garbageDue = now + _options.GarbageInterval;
    }

    private static ManifestSegment? PublishedAs(Manifest manifest, PackedSegment segment)
    {
        string salt = SegmentShipper.SaltOf(segment);
        return manifest.Segments.FirstOrDefault(
            one => one.First == segment.First && one.Last == segment.Last && one.Salt == salt && one.Bytes == segment.FullLength);
    }
}
