namespace Thermocline.Memory;

/// <summary>Limits of memories and of searches among them, the same for every store.</summary>
public static class MemoryLimits
{
    /// <summary>Longest type in UTF-8 bytes.</summary>
    public const int TypeBytesMax = 64;

    /// <summary>Longest session name in UTF-8 bytes.</summary>
    public const int SessionBytesMax = 256;

    /// <summary>Longest context in UTF-8 bytes.</summary>
    public const int ContextBytesMax = 4096;

    /// <summary>Files one memory may name.</summary>
    public const int FilesMax = 100;

    /// <summary>Longest file name in UTF-8 bytes.</summary>
    public const int FileBytesMax = 1024;

    /// <summary>Largest metadata object as compact JSON, in bytes.</summary>
    public const int MetadataBytesMax = 16 << 10;

    /// <summary>Deepest nesting of the metadata object.</summary>
    public const int MetadataDepthMax = 16;

    /// <summary>Longest query in UTF-16 characters.</summary>
    public const int QueryCharsMax = 1024;

    /// <summary>Different words in one query.</summary>
    public const int QueryWordsMax = 32;

    /// <summary>Words in one query, each counted as often as it stands there.</summary>
    public const int QueryTermsMax = 64;

    /// <summary>Results of a search that names no number.</summary>
    public const int ResultsDefault = 10;

    /// <summary>Results of one search.</summary>
    public const int ResultsMax = 1000;

    /// <summary>Searches that may run at once; each holds a snapshot and one window of text.</summary>
    public const int SearchesAtOnceMax = 16;

    /// <summary>Mistakes named in one answer; those beyond it are cut off.</summary>
    public const int MistakesMax = 100;
}
