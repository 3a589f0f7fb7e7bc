namespace Thermocline.Store;

/// <summary>What part of the world failed.</summary>
public enum StoreFault
{
    /// <summary>The operating system refused a read, write, sync or rename.</summary>
    Io,

    /// <summary>An earlier write or sync failed: the store takes no writes until it is opened again.</summary>
    Latched,

    /// <summary>A checksum did not match: the frame is not served.</summary>
    Damaged,

    /// <summary>Another process holds the data folder.</summary>
    Locked,

    /// <summary>The bytes were written by a newer version.</summary>
    Unsupported,

    /// <summary>A stated limit of the format or of the options was reached.</summary>
    Full,

    /// <summary>A snapshot was held for so long that its record of replaced values reached its limit.</summary>
    SnapshotTooOld,
}

/// <summary>The world failed under the store: says what, and where (file and byte offset, when known).</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreException(StoreFault fault, string message, string? file = null, long offset = -1, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
        File = file;
        Offset = offset;
    }

    /// <summary>What failed.</summary>
    public StoreFault Fault { get; }

    /// <summary>The file concerned, relative to the data folder.</summary>
    public string? File { get; }

    /// <summary>The byte offset in <see cref="File"/>, or -1.</summary>
    public long Offset { get; }
}
