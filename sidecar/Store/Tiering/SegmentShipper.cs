using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Format;
using Thermocline.Store.Log;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Tiering;

/// <summary>
/// Ships packed segments, each under a name that follows from its content. What was shipped and is not published yet is
/// remembered, so that a round that failed half-way is not done again from the start.
/// </summary>
internal sealed class SegmentShipper(IColdStore cold, ManifestStore manifests)
{
    private readonly Dictionary<PackedSegment, (ManifestSegment Shipped, IDisposable Protection)> _unpublished = [];

    /// <summary>Ships a segment and makes sure that it can be read.</summary>
    /// <exception cref="StoreException">The cold store failed, or has something else under that name.</exception>
    public async ValueTask ShipAsync(PackedSegment segment, CancellationToken cancellation)
    {
        if (_unpublished.ContainsKey(segment))
            return;
        string hash = SegmentMoves.HashOf(segment.Content.File);
        string name = ObjectNames.Segment(segment.First, segment.Last, hash);
        IDisposable protection = await manifests.ProtectAsync(name, cancellation);
        try
        {
            // The name is the content: whoever wrote it before wrote the same.
            ColdCondition condition = manifests.Status.SingleWriter ? ColdCondition.None : ColdCondition.IfAbsent;
            await cold.UploadAsync(name, segment.Content.File, condition, cancellation);
            await CheckAsync(segment, name, cancellation);
        }
        catch
        {
            protection.Dispose();
            throw;
        }

        _unpublished.Add(segment, (EntryOf(segment, name, hash), protection));
    }

    /// <summary>Entries for the next manifest, in order; forgets what is not in the view of the log any more.</summary>
    public ManifestSegment[] Unpublished(LogView view)
    {
        foreach (PackedSegment gone in _unpublished.Keys.Where(segment => !view.Segments.Contains(segment)).ToArray())
        {
            _unpublished[gone].Protection.Dispose();
            _unpublished.Remove(gone);
        }

        return [.. _unpublished.Values.Select(static one => one.Shipped).OrderBy(static one => one.First)];
    }

    /// <summary>Notes that a manifest with all of them is in force.</summary>
    public void Published()
    {
        foreach ((_, IDisposable protection) in _unpublished.Values)
            protection.Dispose();
        _unpublished.Clear();
    }

    /// <summary>The manifest with a segment in place of those it covers, and without the tails it makes needless.</summary>
    public static Manifest With(Manifest manifest, ManifestSegment shipped)
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

    public static string SaltOf(PackedSegment segment) =>
        segment.Header.Salt.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private static ManifestSegment EntryOf(PackedSegment segment, string name, string hash) => new()
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

    /// <summary>Reads the end of an object back: what is published can be read.</summary>
    private async ValueTask CheckAsync(PackedSegment segment, string name, CancellationToken cancellation)
    {
        var here = new byte[PackedTrailer.Bytes];
        var there = new byte[PackedTrailer.Bytes];
        long offset = segment.FullLength - here.Length;
        bool same = segment.Read(here, offset) == here.Length
            && await cold.ReadAsync(name, offset, there, cancellation)
            && here.AsSpan().SequenceEqual(there);
        if (!same)
            throw new StoreException(StoreFault.Damaged, $"The cold object {name} is not what was sent.", name, offset);
    }
}
