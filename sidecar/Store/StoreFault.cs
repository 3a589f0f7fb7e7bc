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

    /// <summary>The disk has no space left: nothing was written, reads go on, and writes are taken again once there is space.</summary>
    DiskFull,

    /// <summary>A stated limit of the format or of the options was reached.</summary>
    Full,

    /// <summary>A snapshot was held for so long that its record of replaced values reached its limit.</summary>
    SnapshotTooOld,

    /// <summary>The cold store cannot be reached or failed by itself: away, slow, overloaded. Trying again later may help.</summary>
    ColdUnavailable,

    /// <summary>The cold store answers and refuses: credentials, rights or bucket. Somebody has to change something.</summary>
    ColdRefused,

    /// <summary>Another process has claimed the store in the bucket since: this one writes nothing there any more.</summary>
    Fenced,
}
