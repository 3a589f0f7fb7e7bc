namespace Thermocline.Contract.Status;

/// <summary>The log of the store.</summary>
public sealed record LogReport
{
    /// <summary>Live keys, expired ones not yet removed included.</summary>
    public long Keys { get; init; }

    /// <summary>Sequence number of the last write.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Segments on disk.</summary>
    public int Segments { get; init; }

    /// <summary>Frames written since the sidecar started.</summary>
    public long Writes { get; init; }

    /// <summary>Group commits since the sidecar started.</summary>
    public long Commits { get; init; }

    /// <summary>Syncs since the sidecar started.</summary>
    public long Syncs { get; init; }

    /// <summary>When a write is acknowledged: <c>always</c>, <c>interval</c> or <c>never</c>.</summary>
    public string Durability { get; init; } = "";

    /// <summary>The failure after which the store takes no writes, or null.</summary>
    public string? LatchedBy { get; init; }

    /// <summary>Why the last write was refused for want of disk space, or null when it was not.</summary>
    public string? DiskFullBy { get; init; }
}
