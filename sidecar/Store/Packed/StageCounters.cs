using Thermocline.Store.Filters;
using Thermocline.Store.Format;

namespace Thermocline.Store.Packed;

/// <summary>The stages of the pipeline, in the order in which they run.</summary>
internal enum Stage
{
    Dedup,
    Quantise,
    Pattern,
    Lz4,
    Zstd,
}

/// <summary>Bytes in, bytes out and time of each stage. Added to by one packer, read by anybody.</summary>
internal sealed class StageCounters(TimeProvider time)
{
    private static readonly string[] Names = ["dedup", "quantise", "pattern", "lz4", "zstd"];
    private const int FilterProbes = 2_000;
    private long _probes;
    private long _passed;
    private readonly long[] _in = new long[Names.Length];
    private readonly long[] _out = new long[Names.Length];
    private readonly long[] _ticks = new long[Names.Length];

    /// <summary>Share of absent keys that the filters made so far let pass, measured; null before the first.</summary>
    public double? FilterFalsePositives =>
        Volatile.Read(ref _probes) is var probes and > 0 ? (double)Volatile.Read(ref _passed) / probes : null;

    /// <summary>Asks a new filter for keys that it was not made of, and counts how often it is wrong.</summary>
    public void CountFilter(ReadOnlySpan<byte> filter, IReadOnlyCollection<ulong> tags, ulong seed)
    {
        var present = new HashSet<ulong>(tags);
        ulong probe = seed;
        for (int i = 0; i < FilterProbes; i++)
        {
            probe = unchecked((probe * 6364136223846793005) + 1442695040888963407);
            ulong tag = (probe >> 16) & Tags.Mask;
            if (present.Contains(tag))
                continue;
            Interlocked.Increment(ref _probes);
            if (BinaryFuseFilter.MayContain(filter, tag))
                Interlocked.Increment(ref _passed);
        }
    }

    public long Start() => time.GetTimestamp();

    public void Add(Stage stage, long bytesIn, long bytesOut, long started)
    {
        Interlocked.Add(ref _in[(int)stage], bytesIn);
        Interlocked.Add(ref _out[(int)stage], bytesOut);
        Interlocked.Add(ref _ticks[(int)stage], time.GetElapsedTime(started).Ticks);
    }

    public IReadOnlyList<StageStatus> Read()
    {
        var stages = new StageStatus[Names.Length];
        for (int i = 0; i < stages.Length; i++)
        {
            stages[i] = new StageStatus(
                Names[i], Volatile.Read(ref _in[i]), Volatile.Read(ref _out[i]), new TimeSpan(Volatile.Read(ref _ticks[i])));
        }

        return stages;
    }
}
