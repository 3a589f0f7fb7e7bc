namespace Thermocline.Memory.Export;

/// <summary>How an export is written.</summary>
public enum ExportFormat
{
    /// <summary>One JSON object a line; can be imported.</summary>
    Jsonl,

    /// <summary>v1 frames (docs/FORMAT.md); can be imported.</summary>
    V1,

    /// <summary>A table for analytics; cannot be imported.</summary>
    Csv,
}
