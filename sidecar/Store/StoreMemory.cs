using Thermocline.Store.Accounting;
using Thermocline.Store.Hot;
using Thermocline.Store.Native;
using Thermocline.Store.Packed;
using Thermocline.Store.Packing;
using Thermocline.Store.Tuning;

namespace Thermocline.Store;

/// <summary>
/// The memory of an open store, and what may be changed about it at any time, by somebody who watches over a budget. All
/// members may be called from many threads at once.
/// </summary>
public sealed class StoreMemory
{
    private readonly HotTier _hot;
    private readonly HotTuner _tuner;
    private readonly ChunkCache _chunks;
    private readonly Packer _packer;

    internal StoreMemory(MemoryLedger ledger, HotTier hot, HotTuner tuner, ChunkCache chunks, Packer packer)
    {
        Ledger = ledger;
        _hot = hot;
        _tuner = tuner;
        _chunks = chunks;
        _packer = packer;
    }

    /// <summary>Who holds how many bytes.</summary>
    public MemoryLedger Ledger { get; }

    /// <summary>
    /// Most bytes of RAM for the hot tier. Lowering it gives memory back at once, what was used least first: all of it is on
    /// the disk. With <see cref="StoreOptions.AutoTuneHot"/> the tier takes less when its use says that more would not help.
    /// </summary>
    public long HotBytes
    {
        get => _tuner.Ceiling;
        set => _tuner.Ceiling = StoreOptions.CheckHotBytes(value);
    }

    /// <summary>Bytes of RAM that the hot tier holds.</summary>
    public long HotBytesHeld => _hot.Bytes;

    /// <summary>Bytes of RAM for restored and fetched chunks. Lowering it gives memory back at once, what was used least first.</summary>
    public long ChunkBytes
    {
        get => _chunks.Limit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _chunks.Limit = value;
        }
    }

    /// <summary>Bytes of restored and fetched chunks held.</summary>
    public long ChunkBytesHeld => _chunks.Bytes;

    /// <summary>Whether packing rests: it works with memory, which may be needed elsewhere. What it was at is begun again later.</summary>
    public bool PackingRests
    {
        get => _packer.Rests;
        set => _packer.Rests = value;
    }

    /// <summary>
    /// What <see cref="CompressionLevel.Adaptive"/> means at the moment: <see cref="CompressionLevel.Fast"/>,
    /// <see cref="CompressionLevel.Balanced"/> or <see cref="CompressionLevel.Max"/>.
    /// </summary>
    public CompressionLevel AdaptiveLevel
    {
        get => _packer.AdaptiveLevel;
        set => _packer.AdaptiveLevel = value is CompressionLevel.Fast or CompressionLevel.Balanced or CompressionLevel.Max
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Adaptive means Fast, Balanced or Max.");
    }

    /// <summary>The level that packing works at: what <see cref="CompressionLevel.Adaptive"/> means, where that is chosen.</summary>
    public CompressionLevel LevelInForce => _packer.Level == CompressionLevel.Adaptive ? AdaptiveLevel : _packer.Level;

    /// <summary>Takes a look at how records are used again, and gives the hot tier the size that is worth its bytes.</summary>
    public HotTuningStatus TuneHot()
    {
        _tuner.Look();
        return _tuner.Status;
    }

    /// <summary>Gives memory that native libraries freed back to the system; it would be kept for their next need otherwise.</summary>
    public static void ReturnFreedMemory() => NativeHeap.Trim();
}
