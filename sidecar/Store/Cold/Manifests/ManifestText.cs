using System.Text.Json;

namespace Thermocline.Store.Cold.Manifests;

/// <summary>Manifests to bytes and back. The same rules are checked on both sides of the wire.</summary>
internal static class ManifestText
{
    // Larger whole numbers do not survive every JSON reader.
    private const long NumberMax = (1L << 53) - 1;

    /// <summary>The bytes of a manifest.</summary>
    /// <exception cref="StoreException"><see cref="StoreFault.Full"/> when a limit of the format is reached.</exception>
    public static byte[] Write(Manifest manifest)
    {
        if (manifest.Segments.Count > Manifest.SegmentsMax || manifest.Tails.Count > Manifest.TailsMax)
        {
            throw new StoreException(StoreFault.Full,
                $"A manifest names at most {Manifest.SegmentsMax:N0} segments and {Manifest.TailsMax:N0} tails.", ObjectNames.Manifest);
        }

        if (Mistake(manifest) is { } mistake)
            throw new ArgumentException($"The manifest is wrong: {mistake}.", nameof(manifest));
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.Manifest);
        return bytes.Length <= Manifest.BytesMax
            ? bytes
            : throw new StoreException(StoreFault.Full, $"A manifest has at most {Manifest.BytesMax:N0} bytes.", ObjectNames.Manifest);
    }

    /// <summary>The manifest in these bytes.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreFault.Unsupported"/> when a newer version wrote it, <see cref="StoreFault.Damaged"/> when it is no manifest.
    /// </exception>
    public static Manifest Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            // The version stands before the layout: another version may have other fields of the same names.
            long version = VersionOf(bytes);
            if (version > Manifest.VersionKnown)
            {
                throw new StoreException(StoreFault.Unsupported,
                    $"The manifest in the bucket has format version {version}; this program knows {Manifest.VersionKnown}. "
                    + "Run the newer program; nothing was changed.", ObjectNames.Manifest);
            }

            Manifest manifest = JsonSerializer.Deserialize(bytes, ManifestJson.Default.Manifest)
                ?? throw new JsonException("It is null.");
            return Mistake(manifest) is { } mistake ? throw Damaged(mistake, null) : manifest;
        }
        catch (JsonException broken)
        {
            throw Damaged(broken.Message, broken);
        }
    }

    private static StoreException Damaged(string what, Exception? inner) => new(
        StoreFault.Damaged,
        $"The manifest in the bucket is damaged: {what} Nothing was changed. Put an earlier version of the object back, or open the "
        + "store from a complete data folder with another prefix.", ObjectNames.Manifest, inner: inner);

    private static long VersionOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("It is no JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("version"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long version) && version > 0
                    ? version
                    : throw new JsonException("Its version is no positive number.");
            }

            reader.Skip();
        }

        throw new JsonException("It has no version.");
    }

    private static string? Mistake(Manifest manifest)
    {
        if (manifest.Version != Manifest.VersionKnown)
            return $"Its version is {manifest.Version}.";
        if (manifest.StoreId == Guid.Empty || !ObjectNames.IsWriter(manifest.Writer))
            return "It says neither whose it is nor who wrote it.";
        if (!IsNumber(manifest.Epoch, 1) || !IsNumber(manifest.Generation, 1) || !IsNumber(manifest.UpdatedMs, 0))
            return "Its epoch, generation or time is out of range.";
        if (manifest.Segments.Count > Manifest.SegmentsMax || manifest.Tails.Count > Manifest.TailsMax)
            return "It names more than a manifest may.";
        return MistakeInSegments(manifest.Segments) ?? MistakeInTails(manifest.Tails);
    }

    private static string? MistakeInSegments(IReadOnlyList<ManifestSegment> segments)
    {
        int last = 0;
        foreach (ManifestSegment segment in segments)
        {
            if (segment is null)
                return "A segment is null.";
            if (segment.First <= last || segment.Last < segment.First)
                return $"Segment {segment.First} to {segment.Last} is out of order, or a number is covered twice.";
            last = segment.Last;
            if (segment.Sha256 is null || !ObjectNames.IsHex(segment.Sha256, 64)
                || segment.Object != ObjectNames.Segment(segment.First, segment.Last, segment.Sha256))
            {
                return $"Segment {segment.First} to {segment.Last} is not named for its numbers and its hash.";
            }

            if (segment.Salt is null || !ObjectNames.IsHex(segment.Salt, 16) || !HasPlausibleNumbers(segment))
                return $"Segment {segment.First} to {segment.Last} has numbers that cannot be.";
        }

        return null;
    }

    private static bool HasPlausibleNumbers(ManifestSegment segment) =>
        IsNumber(segment.Bytes, 1) && IsNumber(segment.Frames, 0) && IsNumber(segment.LiveAtShip, 0)
        && IsNumber(segment.LastSequence, 0) && IsNumber(segment.CreatedMs, 0)
        && IsNumber(segment.MinWrittenMs, 0) && IsNumber(segment.MaxWrittenMs, segment.MinWrittenMs)
        && IsNumber(segment.RemoteStart, 0) && IsNumber(segment.RemoteEnd, segment.RemoteStart);

    private static string? MistakeInTails(IReadOnlyList<ManifestTail> tails)
    {
        var seen = new HashSet<(string, int)>();
        foreach (ManifestTail tail in tails)
        {
            if (tail is null || !ObjectNames.IsWriter(tail.Writer) || tail.Segment < 1 || tail.Pieces < ManifestTail.Open)
                return "A tail has a writer, a segment or a count that cannot be.";
            if (!seen.Add((tail.Writer, tail.Segment)))
                return $"The tail of segment {tail.Segment} is named twice.";
        }

        return null;
    }

    private static bool IsNumber(long value, long least) => value >= least && value <= NumberMax;
}
