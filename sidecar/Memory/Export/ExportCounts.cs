namespace Thermocline.Memory.Export;

/// <summary>How far an export is.</summary>
public sealed record ExportCounts
{
    /// <summary>Records written.</summary>
    public long Records { get; init; }

    /// <summary>Bytes of values of the records written.</summary>
    public long ValueBytes { get; init; }

    /// <summary>Records left out because their bytes are damaged.</summary>
    public long Damaged { get; init; }

    /// <summary>The damaged records that are named, in words; all are counted.</summary>
    public IReadOnlyList<string> DamagedNamed { get; init; } = [];
}
