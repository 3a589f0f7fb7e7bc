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
    private readonly Func<(Address End, ulong Sequence)> _logEnd;
    private readonly ManifestStore _manifests;
    private readonly GarbageCollector _garbage;
    private readonly TailShipper _tail;
    private readonly SegmentMoves _moves;
    private readonly Observations _observed;
    private readonly string _writer;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread? _thread;
    private volatile ColdTierStatus _status;
    private DateTimeOffset _garbageDue;

    public ColdTier(ColdParts parts, LogReader log, Packer packer, Func<(Address End, ulong Sequence)> logEnd, ColdOptions options)
    {
        _cold = parts.Cold;
        _identity = parts.Identity;
        _log = log;
        _packer = packer;
        _logEnd = logEnd;
        _options = options;
        _time = parts.Time;
        _writer = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _manifests = new ManifestStore(_cold, _time);
        _garbage = new GarbageCollector(_cold, _manifests, _time, options.GarbageDelay);
        _tail = new TailShipper(_cold, _manifests, log, _writer);
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
            await ClaimAsync(cancellation);
            DateTimeOffset now = _time.GetUtcNow();
            (Address end, ulong sequence) = _logEnd();
            long shipped = _tail.Bytes;
            bool complete = await _tail.ShipAsync(end, cancellation);
            complete &= await ShipSegmentsAsync(cancellation);
            // Pieces of a tail are written without a condition: whether they count, the manifest says.
            if (_tail.Bytes > shipped)
                await _manifests.ConfirmAsync(cancellation);
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
        if (_manifests.Current is not null)
            return;
        await _manifests.ClaimAsync(_identity.StoreId, _writer, cancellation);
        var bytes = new byte[Identity.Bytes];
        _identity.Write(bytes);
        await _cold.PutAsync(ObjectNames.Identity, bytes, ColdCondition.None, cancellation);
    }

    /// <summary>Ships and publishes every packed segment that the bucket does not have as it is; whether none is left.</summary>
    private async ValueTask<bool> ShipSegmentsAsync(CancellationToken cancellation)
    {
        bool complete = true;
        foreach (ISegment segment in _log.View.Segments.ToArray())
        {
            if (segment is not PackedSegment { IsStub: false } packed)
                continue;
            try
            {
                if (PublishedAs(_manifests.Current!, packed) is null)
                    await ShipAsync(packed, cancellation);
            }
            catch (ObjectDisposedException) when (!_log.View.Segments.Contains(packed))
            {
                // Packed again meanwhile: the next round ships the file that took its place.
                complete = false;
            }
        }

        return complete;
    }

    private async ValueTask ShipAsync(PackedSegment segment, CancellationToken cancellation)
    {
        string hash = SegmentMoves.HashOf(segment.Content.File);
        string name = ObjectNames.Segment(segment.First, segment.Last, hash);
        using IDisposable _ = await _manifests.ProtectAsync(name, cancellation);
        // The name is the content: whoever wrote it before wrote the same.
        ColdCondition condition = _manifests.Status.SingleWriter ? ColdCondition.None : ColdCondition.IfAbsent;
        await _cold.UploadAsync(name, segment.Content.File, condition, cancellation);
        await CheckAsync(segment, name, cancellation);
        var shipped = new ManifestSegment
        {
            First = segment.First,
            Last = segment.Last,
            Object = name,
            Bytes = segment.FullLength,
            Sha256 = hash,
            Salt = SaltOf(segment),
            Frames = segment.Trailer.Frames,
            LiveAtShip = Math.Max(0, segment.Trailer.Frames - segment.DeadFrames),
            LastSequence = (long)segment.Trailer.LastSequence,
            CreatedMs = segment.Header.CreatedMs,
            MinWrittenMs = segment.Directory.MinWrittenMs,
            MaxWrittenMs = segment.Directory.MaxWrittenMs,
            RemoteStart = PackedHeader.Bytes,
            RemoteEnd = segment.Trailer.ChunksEnd,
        };
        await _manifests.PublishAsync(manifest => With(manifest, shipped), cancellation);
        _status = _status with { Shipped = _status.Shipped + 1, ShippedBytes = _status.ShippedBytes + segment.FullLength };
    }

    /// <summary>Reads the end of an object back: what is published can be read.</summary>
    private async ValueTask CheckAsync(PackedSegment segment, string name, CancellationToken cancellation)
    {
        var here = new byte[PackedTrailer.Bytes];
        var there = new byte[PackedTrailer.Bytes];
        long offset = segment.FullLength - here.Length;
        bool same = segment.Read(here, offset) == here.Length
            && await _cold.ReadAsync(name, offset, there, cancellation)
            && here.AsSpan().SequenceEqual(there);
        if (!same)
            throw new StoreException(StoreFault.Damaged, $"The cold object {name} is not what was sent.", name, offset);
    }

    /// <summary>The manifest with a segment in place of those it covers, and without the tails it makes needless.</summary>
    private static Manifest With(Manifest manifest, ManifestSegment shipped)
    {
        if (manifest.Segments.Any(segment => segment == shipped))
            return manifest;
        return manifest with
        {
            Segments =
            [
                .. manifest.Segments.Where(segment => segment.Last < shipped.First || segment.First > shipped.Last)
                    .Append(shipped).OrderBy(static segment => segment.First),
            ],
            Tails = [.. manifest.Tails.Where(tail => tail.Segment < shipped.First || tail.Segment > shipped.Last)],
        };
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
            // Smaller first; the next rounds ship it and let it go.
            PackedSegment? smaller = _packer.PackAgain(segment, level, cancellation);
            if (smaller is null)
                return;
            _observed.Archived(segment, smaller);
            await ShipAsync(smaller, cancellation);
            segment = smaller;
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
        string salt = SaltOf(segment);
        return manifest.Segments.FirstOrDefault(
            one => one.First == segment.First && one.Last == segment.Last && one.Salt == salt && one.Bytes == segment.FullLength);
    }

    private static string SaltOf(PackedSegment segment) =>
        segment.Header.Salt.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
