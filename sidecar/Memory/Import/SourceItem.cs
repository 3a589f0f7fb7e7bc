using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>What a reader found next in a source: a record, or something it had to reject.</summary>
/// <param name="Line">Line of its first byte, from 1.</param>
/// <param name="Offset">Offset of its first byte in the (expanded) file.</param>
/// <param name="Draft">The memory, or null when it is another record or rejected.</param>
/// <param name="Reason">Why it was rejected, or null.</param>
internal readonly record struct SourceItem(long Line, long Offset, MemoryDraft? Draft, string? Reason)
{
    /// <summary>A record that is written as it is, or null.</summary>
    public PortableRecord? Raw { get; init; }

    public static SourceItem Of(RecordPlace place, PortableReading reading) =>
        new(place.Line, place.Offset, reading.Draft, reading.Problem) { Raw = reading.Record };

    public static SourceItem Record(long line, long offset, MemoryDraft draft) => new(line, offset, draft, null);

    public static SourceItem Rejected(long line, long offset, string reason) => new(line, offset, null, reason);
}

/// <summary>Reads one source record by record, holding no more than one of them.</summary>
internal interface IRecordReader
{
    /// <summary>The next record or rejection; false at the end. Drafts carry no identifier yet.</summary>
    bool TryRead(out SourceItem item);
}
