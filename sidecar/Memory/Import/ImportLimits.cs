namespace Thermocline.Memory.Import;

/// <summary>Limits of an import. None depends on the size of what is imported.</summary>
public static class ImportLimits
{
    /// <summary>Largest record of a JSON source in bytes; larger ones are rejected without being held.</summary>
    public const int RecordBytesMax = 24 << 20;

    /// <summary>A text is cut into records of about this many bytes, at a paragraph's end when one is near.</summary>
    public const int TextBytesMin = 2 << 10;

    /// <summary>Largest record of a text or Markdown source in bytes.</summary>
    public const int TextBytesMax = 4 << 10;

    /// <summary>Records written in one batch.</summary>
    public const int BatchRecordsMax = 1000;

    /// <summary>Content written in one batch, in bytes, unless a single record is larger.</summary>
    public const int BatchBytesMax = 4 << 20;

    /// <summary>Rejected records that are named; all are counted.</summary>
    public const int RejectionsNamedMax = 100;

    /// <summary>Deepest folder that is entered, counted from the given one.</summary>
    public const int FolderDepthMax = 64;

    /// <summary>Most bytes a compressed file may expand to.</summary>
    public const long ExpandedBytesMax = 4L << 30;

    /// <summary>How many times its size a compressed file may expand; real text stays far below.</summary>
    public const int ExpansionMax = 500;

    /// <summary>Times a busy target is asked again before the import gives up.</summary>
    public const int BusyRetriesMax = 100;
}
