using Thermocline.Store.Compression;

namespace Thermocline.Benchmarks.Compress;

/// <summary>Runs one codec after the other over the same records, one by one and in blocks.</summary>
internal sealed class CodecComparison
{
    /// <summary>The level that users of the plain library take.</summary>
    public const int PeerLevel = 3;

    // What a record takes besides its compressed value: its part of a header, its key, its place in a directory.
    private const int OverheadBytes = 25;
    private const int BlockRecords = 50;
    private const double RecordGoal = 2.7;
    private const double BlockGoal = 3.2;

    // What peers are compared with: it reaches both goals with small tables and at a fair speed.
    private const int OurLevel = 4;
    private const int OurDictionaryKiB = 240;

    private readonly BenchSession _session;
    private readonly string _benchmark;
    private readonly byte[][] _values;
    private readonly byte[][] _blocks;
    private readonly int _rounds;
    private (double Records, double Blocks)? _ours;

    public CodecComparison(BenchSession session, string benchmark, byte[][] values)
    {
        _session = session;
        _benchmark = benchmark;
        _values = values;
        _blocks = [.. values.Chunk(BlockRecords).Select(block => block.SelectMany(record => record).ToArray())];
        _rounds = session.Quick ? 1 : 3;
    }

    public void AddOurs(int level, ZstdDictionary dictionary, int kiB)
    {
        using Codec codec = Codec.Zstd(level, dictionary);
        Trials trials = Measure(codec, $"dictionary {kiB} KiB");
        if (level == OurLevel && kiB == OurDictionaryKiB)
            _ours = (RatioOf(trials.Records), RatioOf(trials.Blocks));
        AddRows(codec, $"record by record, dictionary {kiB} KiB", trials.Records, RecordGoal, null);
        AddRows(codec, $"blocks of {BlockRecords}, dictionary {kiB} KiB", trials.Blocks, BlockGoal, null);
    }

    /// <summary>Measures a peer and disposes of it; it is compared with our choice of level and dictionary.</summary>
    public void AddPeer(Codec codec)
    {
        using (codec)
        {
            Trials trials = Measure(codec, "no dictionary");
            AddRows(codec, "record by record, no dictionary", trials.Records, null, _ours?.Records);
            AddRows(codec, $"blocks of {BlockRecords}, no dictionary", trials.Blocks, null, _ours?.Blocks);
        }
    }

    private Trials Measure(Codec codec, string with)
    {
        var trials = new Trials(
            CodecTrial.Run(codec, _values, _rounds, _session.Cancellation), CodecTrial.Run(codec, _blocks, _rounds, _session.Cancellation));
        (long encoder, long decoder) = codec.NativeBytes;
        _session.Say($"{codec.Name,-8} {with,-20} one by one {Describe(trials.Records)}; blocks {Describe(trials.Blocks)}; "
            + $"tables {encoder >> 10} + {decoder >> 10} KiB");
        return trials;
    }

    private string Describe(CodecTrial trial) =>
        $"{RatioOf(trial):0.00}x {trial.EncodeMbPerSecond,4:0} MB/s {trial.Decodes.PercentileNs(50) / 1000,5:0.00} us";

    private double RatioOf(CodecTrial trial) => trial.RawBytes / (double)(trial.EncodedBytes + ((long)OverheadBytes * _values.Length));

    private void AddRows(Codec codec, string @case, CodecTrial trial, double? goal, double? ours)
    {
        double ratio = RatioOf(trial);
        _session.Add(new()
        {
            Benchmark = _benchmark,
            Case = $"{@case}: size with {OverheadBytes} B more a record, time to decode",
            Engine = codec.Name,
            Figure = ratio,
            Unit = "× smaller",
            P50Us = trial.Decodes.PercentileNs(50) / 1000,
            P99Us = trial.Decodes.PercentileNs(99) / 1000,
            Bytes = trial.EncodedBytes / (double)_values.Length,
            BytesOf = "B a record without them",
            OursBetterBy = ours / ratio,
            GoalAtLeast = goal,
        });
        _session.Add(new()
        {
            Benchmark = _benchmark,
            Case = $"{@case}: encoding",
            Engine = codec.Name,
            Figure = trial.EncodeMbPerSecond,
            Unit = "MB/s",
        });
    }

    private sealed record Trials(CodecTrial Records, CodecTrial Blocks);
}
