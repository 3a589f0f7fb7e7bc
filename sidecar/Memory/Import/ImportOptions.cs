namespace Thermocline.Memory.Import;

/// <summary>Settings of one import.</summary>
public sealed record ImportOptions
{
    /// <summary>How the sources are read.</summary>
    public SourceFormat Format { get; init; } = SourceFormat.Auto;

    /// <summary>Most records imported, those already there included.</summary>
    public long RecordsMax { get; init; } = long.MaxValue;

    /// <summary>Files of which at most this many bytes are read in all; a file begun is read to its end.</summary>
    public long FileBytesMax { get; init; } = long.MaxValue;

    /// <summary>Whether the run ends at the first record that cannot be read, after writing those before it.</summary>
    public bool StopsAtRejection { get; init; }

    /// <summary>Largest content of one record.</summary>
    public int ContentBytesMax { get; init; } = 16 << 20;
}
