namespace Thermocline.Contract.Status;

/// <summary>What <c>POST /v1/admin/optimize</c> and <c>thermocline optimize</c> did, or would do.</summary>
public sealed record OptimizeReport
{
    /// <summary>Whether nothing was changed.</summary>
    public bool DryRun { get; init; }

    /// <summary>Records looked at.</summary>
    public long Scanned { get; init; }

    /// <summary>Their bytes: keys, metadata and values.</summary>
    public long ScannedBytes { get; init; }

    /// <summary>Records that were not written for as long as asked for.</summary>
    public long Old { get; init; }

    /// <summary>Their bytes.</summary>
    public long OldBytes { get; init; }

    /// <summary>Memories whose significance is below the one asked for.</summary>
    public long Minor { get; init; }

    /// <summary>Their bytes.</summary>
    public long MinorBytes { get; init; }

    /// <summary>Records for which every rule that was given holds: those that are deleted.</summary>
    public long Chosen { get; init; }

    /// <summary>Their bytes.</summary>
    public long ChosenBytes { get; init; }

    /// <summary>Records deleted.</summary>
    public long Deleted { get; init; }

    /// <summary>Records that were chosen and left, because they were written meanwhile.</summary>
    public long Left { get; init; }

    /// <summary>Records that could not be read: they are left.</summary>
    public long Unreadable { get; init; }

    /// <summary>Expired records whose space packing gives back. Counted when all collections are looked at.</summary>
    public long Expired { get; init; }

    /// <summary>Segments that are not packed.</summary>
    public int UnpackedSegments { get; init; }

    /// <summary>Packed segments made.</summary>
    public int Packed { get; init; }

    /// <summary>Bytes of the files before.</summary>
    public long FileBytesBefore { get; init; }

    /// <summary>Bytes of the files after.</summary>
    public long FileBytesAfter { get; init; }

    /// <summary>Time it took.</summary>
    public double Seconds { get; init; }
}
