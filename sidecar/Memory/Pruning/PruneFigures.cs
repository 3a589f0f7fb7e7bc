namespace Thermocline.Memory.Pruning;

/// <summary>What a look at the records, and the deletion of some, came to. Bytes are those of keys, metadata and values.</summary>
public sealed record PruneFigures
{
    /// <summary>Records looked at.</summary>
    public long Scanned { get; init; }

    /// <summary>Their bytes.</summary>
    public long ScannedBytes { get; init; }

    /// <summary>Records written before the moment asked for.</summary>
    public long Old { get; init; }

    /// <summary>Their bytes.</summary>
    public long OldBytes { get; init; }

    /// <summary>Records whose significance is below the one asked for.</summary>
    public long Minor { get; init; }

    /// <summary>Their bytes.</summary>
    public long MinorBytes { get; init; }

    /// <summary>Records for which every rule holds.</summary>
    public long Chosen { get; init; }

    /// <summary>Their bytes.</summary>
    public long ChosenBytes { get; init; }

    /// <summary>Records deleted.</summary>
    public long Deleted { get; init; }

    /// <summary>Records that were chosen and left: somebody wrote them meanwhile, or the store was busy.</summary>
    public long Left { get; init; }

    /// <summary>Records that could not be read, damaged or in a cold store that is away: they are left.</summary>
    public long Unreadable { get; init; }
}
