using Thermocline.Store.Cold.Manifests;

namespace Thermocline.Testing.Cold;

/// <summary>Short forms for tests of manifests.</summary>
internal static class Manifests
{
    /// <summary>Claims a store whoever had it before, as no folder of a store does.</summary>
    internal static ValueTask<Manifest> ClaimAsync(
        this ManifestStore store, Guid storeId, string writer, CancellationToken cancellation) =>
        store.ClaimAsync(storeId, writer, static _ => { }, cancellation);

    public static Guid StoreId { get; } = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    /// <summary>The id of a writer, made of one digit.</summary>
    public static string Writer(char digit) => new(digit, 32);

    /// <summary>A shipped segment whose content is told apart by a digit.</summary>
    public static ManifestSegment Segment(int first, int last, char digit = 'a')
    {
        string hash = new(digit, 64);
        return new ManifestSegment
        {
            First = first,
            Last = last,
            Object = ObjectNames.Segment(first, last, hash),
            Bytes = 1000 + first,
            Sha256 = hash,
            Salt = hash[..16],
            Frames = 50,
            LiveAtShip = 40,
            LastSequence = last * 50,
            CreatedMs = 1_770_000_000_000,
            MinWrittenMs = 1_770_000_000_001,
            MaxWrittenMs = 1_770_000_000_002,
            RemoteStart = 128,
            RemoteEnd = 900,
        };
    }

    public static Manifest Manifest(params IEnumerable<ManifestSegment> segments) => new()
    {
        StoreId = StoreId,
        Epoch = 3,
        Writer = Writer('1'),
        Generation = 9,
        Segments = [.. segments],
        Tails = [],
        UpdatedMs = 1_770_000_000_003,
    };

    /// <summary>The change that names one more segment, once.</summary>
    public static Func<Manifest, Manifest> Adding(ManifestSegment segment) => manifest =>
        manifest.Segments.Contains(segment)
            ? manifest
            : manifest with { Segments = [.. manifest.Segments.Append(segment).OrderBy(entry => entry.First)] };
}
