using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Tiering;

/// <summary>
/// Ships what is not packed yet, piece by piece: the bytes of raw segments as they lie in the file. The manifest names a
/// tail once its first pieces are there; the pieces are numbered without gaps, so that later ones need no new manifest.
/// </summary>
internal sealed class TailShipper(IColdStore cold, ManifestStore manifests, LogReader log, string writer)
{
    private const int PieceBytes = 4 << 20;
    private readonly Dictionary<int, Tail> _tails = [];

    /// <summary>Bytes shipped.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Ships the raw segments of a view up to an address; false when one of them has an end that is not known yet. What is
    /// shipped of a segment for the first time counts once a manifest has <see cref="Unnamed"/>.
    /// </summary>
    /// <exception cref="StoreException">The cold store failed; what was shipped is not shipped again.</exception>
    public async ValueTask<bool> ShipAsync(LogView view, Address end, CancellationToken cancellation)
    {
        Manifest manifest = manifests.Current!;
        var due = new List<(Segment Segment, long End)>();
        foreach (ISegment segment in view.Segments.ToArray())
        {
            if (segment is not Segment raw || manifest.Covers(raw.Number))
                continue;
            long framesEnd = raw.Number == end.Segment ? end.Offset
                : raw.Number < end.Segment && raw.IsSealed(out SegmentTrailer trailer) ? trailer.FramesEnd : 0;
            if (framesEnd == 0 && raw.Number < end.Segment)
                return false;
            if (framesEnd > SegmentHeader.Bytes && framesEnd > TailOf(raw.Number).Shipped)
                due.Add((raw, framesEnd));
        }

        foreach ((Segment segment, long framesEnd) in due)
            await ShipAsync(segment, framesEnd, cancellation);
        Forget();
        return true;
    }

    /// <summary>Segments that no manifest names yet as tails of ours, also of rounds whose publication failed.</summary>
    public int[] Unnamed() => [.. _tails.Where(static tail => !tail.Value.IsNamed).Select(static tail => tail.Key).Order()];

    /// <summary>
    /// The manifest with tails, each in place of what an earlier open shipped of the same segment: until then that counts.
    /// </summary>
    public Manifest With(Manifest manifest, int[] numbers) => numbers.Length == 0 ? manifest : manifest with
    {
        Tails =
        [
            .. manifest.Tails.Where(tail => !numbers.Contains(tail.Segment)),
            .. numbers.Where(number => !manifest.Covers(number))
                .Select(number => new ManifestTail(writer, number, ManifestTail.Open)),
        ],
    };

    /// <summary>Notes that a manifest with them is in force.</summary>
    public void Named(int[] numbers)
    {
        foreach (int number in numbers)
            _tails[number] = TailOf(number) with { IsNamed = true };
    }

    private async ValueTask ShipAsync(Segment segment, long end, CancellationToken cancellation)
    {
        Tail tail = TailOf(segment.Number);
        while (tail.Shipped < end)
        {
            // A piece that was tried before is tried as it was: the first attempt may still arrive, after the second.
            int length = tail.Tried > 0 ? tail.Tried : (int)Math.Min(PieceBytes, end - tail.Shipped);
            var piece = new byte[length];
            if (segment.Read(piece, tail.Shipped) != piece.Length)
                throw segment.Damaged(tail.Shipped, "raw segment (it ends too early)");
            _tails[segment.Number] = tail = tail with { Tried = length };
            await cold.PutAsync(ObjectNames.Tail(writer, segment.Number, tail.Pieces), piece, ColdCondition.None, cancellation);
            tail = tail with { Shipped = tail.Shipped + piece.Length, Pieces = tail.Pieces + 1, Tried = 0 };
            _tails[segment.Number] = tail;
            Bytes += piece.Length;
        }
    }

    private void Forget()
    {
        LogView view = log.View;
        foreach (int number in _tails.Keys.Where(number => view.Find(number) is not Segment).ToArray())
            _tails.Remove(number);
    }

    private Tail TailOf(int number) => _tails.GetValueOrDefault(number);

    private readonly record struct Tail(long Shipped, int Pieces, int Tried, bool IsNamed);
}
