namespace Thermocline.Memory.Import;

/// <summary>A record or file that was not imported.</summary>
/// <param name="File">Full path.</param>
/// <param name="Line">Line of the record, or 0 for the whole file.</param>
/// <param name="Offset">Offset of the record in the (expanded) file.</param>
/// <param name="Reason">Why.</param>
public sealed record Rejection(string File, long Line, long Offset, string Reason);

/// <summary>How far an import is, and in the end what it did.</summary>
public sealed record ImportSummary
{
    /// <summary>Files read.</summary>
    public long Files { get; init; }

    /// <summary>Files left out because they hold no text.</summary>
    public long FilesSkipped { get; init; }

    /// <summary>Records written.</summary>
    public long Records { get; init; }

    /// <summary>Records that were there already.</summary>
    public long Present { get; init; }

    /// <summary>Records, and files that could not be read, that were rejected.</summary>
    public long Rejected { get; init; }

    /// <summary>The first <see cref="ImportLimits.RejectionsNamedMax"/> of the rejected.</summary>
    public IReadOnlyList<Rejection> Rejections { get; init; } = [];

    /// <summary>The first <see cref="ImportLimits.RejectionsNamedMax"/> of the files left out.</summary>
    public IReadOnlyList<Rejection> Skipped { get; init; } = [];

    /// <summary>Bytes of the files on disk read so far.</summary>
    public long FileBytes { get; init; }

    /// <summary>Bytes of text read so far, after expansion.</summary>
    public long TextBytes { get; init; }

    /// <summary>Bytes of content of the records written.</summary>
    public long ContentBytes { get; init; }

    /// <summary>Whether it was stopped before its end.</summary>
    public bool Stopped { get; init; }

    /// <summary>Whether it ended at the first rejection, because it was told to.</summary>
    public bool EndedAtRejection { get; init; }

    /// <summary>Why not all sources were read, or null.</summary>
    public string? Bounded { get; init; }
}
