namespace Thermocline.Store.Cold.Manifests;

/// <summary>One shipped segment.</summary>
internal sealed record ManifestSegment
{
    /// <summary>Lowest segment number its frames cover.</summary>
    public required int First { get; init; }

    /// <summary>Highest segment number its frames cover.</summary>
    public required int Last { get; init; }

    /// <summary>Name of the object.</summary>
    public required string Object { get; init; }

    /// <summary>Length of the object.</summary>
    public required long Bytes { get; init; }

    /// <summary>Hash of the object, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What its checksums start from, 16 lower-case hexadecimal digits: no two packings of the same frames share it.</summary>
    public required string Salt { get; init; }

    /// <summary>Frames in it.</summary>
    public required int Frames { get; init; }

    /// <summary>Frames in it that were current when it was shipped.</summary>
    public required long LiveAtShip { get; init; }

    /// <summary>Sequence number of its last frame.</summary>
    public required long LastSequence { get; init; }

    /// <summary>When the segment was created, ms since 1970.</summary>
    public required long CreatedMs { get; init; }

    /// <summary>When its oldest frame was written, ms since 1970.</summary>
    public required long MinWrittenMs { get; init; }

    /// <summary>When its newest frame was written, ms since 1970.</summary>
    public required long MaxWrittenMs { get; init; }

    /// <summary>Where in the object the bytes begin that readers fetch piece by piece.</summary>
    public required long RemoteStart { get; init; }

    /// <summary>Where they end.</summary>
    public required long RemoteEnd { get; init; }
}
