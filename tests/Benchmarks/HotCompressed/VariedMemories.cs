using Thermocline.Benchmarks.Corpus;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.HotCompressed;

/// <summary>
/// Any number of memories out of the corpus: when all of it was taken, its records come again under other identifiers. There
/// are more different ones than a segment holds, so no dictionary is trained on one twice.
/// </summary>
internal sealed class VariedMemories(byte[][] corpus, KeySpace space)
{
    /// <summary>Records of the corpus: as many as the machine's text gives, one of these.</summary>
    private static readonly int[] CorpusCounts = [70_000, 40_000];

    // {"id":"0199xxxx-xxxx-7xxx-axxx-xxxxxxxxxxxx": the last twelve digits.
    private const int IdentifierOffset = 31;
    private const int IdentifierDigits = 12;
    private readonly byte[] _buffer = new byte[corpus.Max(static record => record.Length)];

    public static VariedMemories? Build(BenchSession session, KeySpace space)
    {
        byte[][]? corpus = null;
        foreach (int count in CorpusCounts)
            corpus ??= MemoryCorpus.Build(Math.Min(count, space.Count), session.Arguments.Seed, session.Cancellation);
        if (corpus is null)
            return null;
        session.Say($"{space.Count:N0} records out of {MemoryCorpus.Describe(corpus)}");
        return new VariedMemories(corpus, space);
    }

    /// <summary>Value number so and so, valid until the next call.</summary>
    public ReadOnlySpan<byte> Value(int index)
    {
        byte[] record = corpus[index % corpus.Length];
        record.CopyTo(_buffer, 0);
        ulong digits = KeySpace.Mix((ulong)index + space.Seed);
        for (int i = 0; i < IdentifierDigits; i++)
            _buffer[IdentifierOffset + i] = "0123456789abcdef"u8[(int)(digits >> (4 * i)) & 15];
        return _buffer.AsSpan(0, record.Length);
    }

    public byte[] Key(int index)
    {
        var key = new byte[StoreFolder.KeyPrefix.Length + KeySpace.KeyBytes];
        StoreFolder.KeyPrefix.CopyTo(key);
        space.WriteKey(index, key.AsSpan(StoreFolder.KeyPrefix.Length));
        return key;
    }
}
