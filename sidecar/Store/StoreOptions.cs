using Thermocline.Store.Accounting;

namespace Thermocline.Store;

/// <summary>Settings of one store. Every value has a range that <see cref="TieredStore.Open"/> checks.</summary>
public sealed record StoreOptions
{
    /// <summary>Bytes of RAM for the hot tier: 1 MiB to 64 GiB.</summary>
    public long HotBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of frames after which a segment is sealed: 64 KiB to 64 MiB.</summary>
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

    /// <summary>
    /// Whether a value of 512 B to 1 MiB that is more than 90 % like an earlier one of its key is logged as what changed.
    /// </summary>
    public bool DeltaFrames { get; init; } = true;

    /// <summary>How much work is spent to make sealed segments smaller; can be changed on an open store.</summary>
    public CompressionLevel Compression { get; init; } = CompressionLevel.Balanced;

    /// <summary>Whether equal values of 64 bytes and more are stored once in a packed segment.</summary>
    public bool Deduplicate { get; init; } = true;

    /// <summary>Whether collections get dictionaries of what their records have in common.</summary>
    public bool TrainDictionaries { get; init; } = true;

    /// <summary>
    /// Collections whose values are vectors of float32 that may lose precision: packed in 8 bits a number, off by at most
    /// half a step of their range. All others come back bit by bit.
    /// </summary>
    public IReadOnlyList<string> QuantisedCollections { get; init; } = [];

    /// <summary>Whether a thread packs sealed segments. Without, <see cref="TieredStore.Pack"/> does.</summary>
    public bool BackgroundPacking { get; init; } = true;

    /// <summary>Bytes a second that the packing thread reads at most: 64 KiB to 16 GiB.</summary>
    public long PackingBytesPerSecond { get; init; } = 64L << 20;

    /// <summary>Whether the hot tier takes less than <see cref="HotBytes"/> when its use says that more would not help.</summary>
    public bool AutoTuneHot { get; init; }

    /// <summary>When segments go to the cold store, if there is one.</summary>
    public ColdOptions Cold { get; init; } = new();

    /// <summary>Where the memory of the store is charged: one of its own unless it is shared.</summary>
    public MemoryLedger Ledger { get; init; } = new();

    /// <summary>Bytes of RAM for restored and fetched chunks: up to 16 GiB.</summary>
    public long ChunkCacheBytes { get; init; } = 8L << 20;

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        void Range(string name, long value, long least, long most)
        {
            if (value < least || value > most)
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        Range(nameof(HotBytes), HotBytes, HotBytesMin, HotBytesMax);
        Range(nameof(SegmentBytes), SegmentBytes, 64 << 10, 64 << 20);
        Range(nameof(SegmentFrames), SegmentFrames, 16, 1 << 20);
        Range(nameof(ValueBytesMax), ValueBytesMax, 1, 16 << 20);
        Range(nameof(PendingBytesMax), PendingBytesMax, 1 << 20, 1L << 30);
        Range(nameof(PackingBytesPerSecond), PackingBytesPerSecond, 64 << 10, 16L << 30);
        Range(nameof(ChunkCacheBytes), ChunkCacheBytes, 0, 16L << 30);
        Range(nameof(SnapshotsMax), SnapshotsMax, 1, 1024);
        Range(nameof(SnapshotUndoMax), SnapshotUndoMax, 1, 100_000_000);
        Range(nameof(SyncInterval) + " (ms)", (long)SyncInterval.TotalMilliseconds, 1, 60_000);
        mistakes.AddRange(Cold.Mistakes());
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }

    internal const long HotBytesMin = 1L << 20;
    internal const long HotBytesMax = 64L << 30;

    internal static long CheckHotBytes(long value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, HotBytesMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, HotBytesMax);
        return value;
    }
}
