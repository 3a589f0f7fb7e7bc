namespace Thermocline.Store;

/// <summary>When a write is acknowledged.</summary>
public enum DurabilityPolicy
{
    /// <summary>After its batch was synced to the disk. The default.</summary>
    Always,

    /// <summary>After it was handed to the operating system; synced every <see cref="StoreOptions.SyncInterval"/>.</summary>
    Interval,

    /// <summary>After it was handed to the operating system; synced when a segment is sealed and at a clean stop.</summary>
    Never,
}

/// <summary>Settings of one store. Every value has a range that <see cref="TieredStore.Open"/> checks.</summary>
public sealed record StoreOptions
{
    /// <summary>Bytes of RAM for the hot tier: 1 MiB to 64 GiB.</summary>
    public long HotBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of frames after which a segment is sealed: 64 KiB to 128 MiB.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Frames after which a segment is sealed: 16 to 1,048,576. Bounds the key list of the open segment.</summary>
    public int SegmentFrames { get; init; } = 65_536;

    /// <summary>When a write is acknowledged; can be changed on an open store.</summary>
    public DurabilityPolicy Durability { get; init; } = DurabilityPolicy.Always;

    /// <summary>Longest time between two syncs under <see cref="DurabilityPolicy.Interval"/>.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Largest value in bytes: up to 16 MiB.</summary>
    public int ValueBytesMax { get; init; } = 16 << 20;

    /// <summary>Bytes of writes that may wait for their commit before a write is answered <see cref="WriteOutcome.Busy"/>.</summary>
    public long PendingBytesMax { get; init; } = 64L << 20;

    /// <summary>Snapshots that may be open at once.</summary>
    public int SnapshotsMax { get; init; } = 64;

    /// <summary>Replaced values remembered for open snapshots, before the oldest snapshot is given up.</summary>
    public int SnapshotUndoMax { get; init; } = 1_000_000;
}
