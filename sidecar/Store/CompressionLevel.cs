namespace Thermocline.Store;

/// <summary>How much work is spent to make sealed segments smaller. Whatever it is, everything written before stays readable.</summary>
public enum CompressionLevel
{
    /// <summary>None: segments are packed into chunks as they are.</summary>
    Off,

    /// <summary>zstd level 1 with a small dictionary, record by record.</summary>
    Fast,

    /// <summary>zstd level 4 with a dictionary per collection, record by record: a record is read without its neighbours.</summary>
    Balanced,

    /// <summary>zstd level 9 with a dictionary, a chunk at a time: the smallest, and a read costs a whole chunk.</summary>
    Max,

    /// <summary>Balanced; Fast while packing falls behind writing; Max for what is about to live in the cold store alone.</summary>
    Adaptive,
}
