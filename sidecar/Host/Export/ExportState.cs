using Thermocline.Memory.Export;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Export;

/// <summary>Where an interrupted export stopped: kept beside the unfinished file, so that it can be gone on with.</summary>
internal sealed record ExportState
{
    public const int VersionNow = 1;

    public int Version { get; init; } = VersionNow;

    /// <summary>The folder or server it came from.</summary>
    public string Source { get; init; } = "";

    public string Format { get; init; } = "";

    public string? Collection { get; init; }

    public string? Prefix { get; init; }

    public string? Type { get; init; }

    /// <summary>The composed key of the last record that is in the file.</summary>
    public byte[] LastKey { get; init; } = [];

    /// <summary>Bytes of the file that count; what follows them was written after this state.</summary>
    public long Bytes { get; init; }

    /// <summary>CRC-32 of those bytes.</summary>
    public uint Checksum { get; init; }

    public long Records { get; init; }

    public long ValueBytes { get; init; }

    public long Damaged { get; init; }

    /// <summary>The moments its parts show, each the sequence number of the last write in it.</summary>
    public IReadOnlyList<ulong> Sequences { get; init; } = [];

    /// <summary>The state of an export that has not begun.</summary>
    public static ExportState Of(ExportOrder order) => new()
    {
        Source = order.SourceName,
        Format = ExportNames.Of(order.Selection.Format),
        Collection = order.Selection.Collection,
        Prefix = order.Selection.Prefix,
        Type = order.Selection.Type,
    };

    /// <summary>What keeps this state from being gone on with, or null.</summary>
    public string? Refuse(ExportOrder order)
    {
        ExportState wanted = Of(order);
        if (Version != VersionNow)
            return $"it was written by another version ({Version})";
        if (Source != wanted.Source)
            return $"it came from {Source}";
        if (Format != wanted.Format)
            return $"its format is {Format}";
        if (Collection != wanted.Collection || Prefix != wanted.Prefix || Type != wanted.Type)
            return $"its filters were collection '{Collection}', prefix '{Prefix}', type '{Type}'";
        return LastKey.Length == 0 || Sequences.Count == 0 || Bytes < 0 ? "it says nothing of where it stopped" : null;
    }

    public ExportState With(ExportCounts counts) => this with
    {
        Records = Records + counts.Records,
        ValueBytes = ValueBytes + counts.ValueBytes,
        Damaged = Damaged + counts.Damaged,
    };
}
