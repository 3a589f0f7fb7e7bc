using System.Diagnostics;
using Thermocline.Benchmarks.Corpus;
using Thermocline.Store.Compression;

namespace Thermocline.Benchmarks.Compress;

/// <summary>What dictionary sizes and levels do to text memories, one by one and in blocks, beside the plain libraries.</summary>
internal sealed class CompressBenchmark : IBenchmark
{
    private static readonly int[] Levels = [1, 3, 4, 5, 9];

    // zstd takes its parameters by the length of dictionary and record: just below 256 KiB it still takes smaller tables.
    private static readonly int[] DictionaryKiB = [64, 112, 240, 256, 512, 1024];

    public string Name => "compress";

    public string Summary => "text memories by zstd with trained dictionaries, one by one and in blocks, beside plain zstd and lz4";

    public void Run(BenchSession session)
    {
        if (!Zstd.IsAvailable || !Lz4.IsAvailable)
        {
            session.Skip("compress needs libzstd.so.1 and liblz4.so.1 (Debian packages libzstd1 and liblz4-1).");
            return;
        }

        (int training, int measured) = session.Quick ? (4_000, 6_000) : (15_000, 40_000);
        if (MemoryCorpus.Build(training + measured, session.Arguments.Seed, session.Cancellation) is not { } records)
        {
            session.Skip(MemoryCorpus.TooLittleText);
            return;
        }

        byte[][] samples = records[..training];
        byte[][] values = records[training..];
        session.Say($"training on {MemoryCorpus.Describe(samples)}");
        session.Say($"measuring {MemoryCorpus.Describe(values)}; zstd {Zstd.Version}");
        var comparison = new CodecComparison(session, Name, values);
        foreach (int kiB in DictionaryKiB)
        {
            using ZstdDictionary? dictionary = Train(session, samples, kiB);
            foreach (int level in dictionary is null ? [] : Levels)
                comparison.AddOurs(level, dictionary!, kiB);
        }

        comparison.AddPeer(Codec.Zstd(CodecComparison.PeerLevel, null));
        comparison.AddPeer(Codec.Lz4());
    }

    private ZstdDictionary? Train(BenchSession session, byte[][] samples, int kiB)
    {
        ReadOnlyMemory<byte>[] memories = [.. samples.Select(sample => new ReadOnlyMemory<byte>(sample))];
        long start = Stopwatch.GetTimestamp();
        byte[]? bytes = ZstdTrainer.Train(memories, kiB << 10);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (bytes is null)
        {
            session.Skip($"too few records for a dictionary of {kiB} KiB");
            return null;
        }

        var dictionary = ZstdDictionary.Load(bytes);
        session.Add(new()
        {
            Benchmark = Name,
            Case = $"training, dictionary {kiB} KiB",
            Engine = EngineNames.Ours,
            Figure = seconds,
            Unit = "s",
            Bytes = dictionary.NativeBytes,
            BytesOf = "B to decode with",
        });
        return dictionary;
    }
}
