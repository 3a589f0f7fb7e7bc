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
    private readonly long[] _in = new long[Names.Length];
    private readonly long[] _out = new long[Names.Length];
    private readonly long[] _ticks = new long[Names.Length];

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
