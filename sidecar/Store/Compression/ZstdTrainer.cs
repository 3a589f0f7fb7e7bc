using System.Runtime.InteropServices;

namespace Thermocline.Store.Compression;

/// <summary>
/// Makes a dictionary out of samples with zstd's fast COVER, at fixed parameters: on text memories the search for better
/// ones (ZDICT_trainFromBuffer) took five times as long and ended up with a slightly worse dictionary.
/// </summary>
internal static unsafe partial class ZstdTrainer
{
    public const int SamplesMin = 16;
    public const int DictionaryBytesMin = 1 << 10;

    /// <summary>More samples than this are thinned out evenly: time and memory of a training stay bounded.</summary>
    public const int SampleBytesMax = 32 << 20;

    private static readonly FastCover Parameters = new() { SegmentBytes = 200, MatchBytes = 6, TableBits = 20, Acceleration = 2, Level = 3 };

    // zstd calls the fast COVER experimental: a build may keep it to itself.
    private static readonly bool HasFastCover =
        NativeLibrary.TryLoad(Zstd.Library, typeof(ZstdTrainer).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, "ZDICT_trainFromBuffer_fastCover", out _);

    /// <summary>
    /// A dictionary of at most so many bytes, the same for the same samples; null when there are too few samples, fewer
    /// bytes than the dictionary should have, or nothing in common. A hundred times its size in samples is plenty.
    /// </summary>
    public static byte[]? Train(IReadOnlyList<ReadOnlyMemory<byte>> samples, int dictionaryBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dictionaryBytes, DictionaryBytesMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dictionaryBytes, ZstdDictionary.BytesMax);
        Zstd.Demand();
        long total = 0;
        foreach (ReadOnlyMemory<byte> sample in samples)
            total += sample.Length;
        int stride = (int)Math.Max(1, (total + SampleBytesMax - 1) / SampleBytesMax);
        if (samples.Count / stride < SamplesMin || total / stride < dictionaryBytes)
            return null;

        (byte[] joined, nuint[] lengths) = Join(samples, stride);
        byte[] dictionary = new byte[dictionaryBytes];
        nuint answer;
        fixed (byte* to = dictionary)
        fixed (byte* from = joined)
        fixed (nuint* sizes = lengths)
        {
            answer = HasFastCover
                ? TrainFast(to, (nuint)dictionary.Length, from, sizes, (uint)lengths.Length, Parameters)
                : TrainBySearch(to, (nuint)dictionary.Length, from, sizes, (uint)lengths.Length);
        }

        return Zstd.IsError(answer) ? null : dictionary[..(int)answer];
    }

    // Every so many samples, up to the limit: long ones may sit exactly where the stride falls.
    private static (byte[] Joined, nuint[] Lengths) Join(IReadOnlyList<ReadOnlyMemory<byte>> samples, int stride)
    {
        var lengths = new List<nuint>();
        int total = 0;
        for (int i = 0; i < samples.Count && total + (long)samples[i].Length <= SampleBytesMax; i += stride)
        {
            lengths.Add((nuint)samples[i].Length);
            total += samples[i].Length;
        }

        byte[] joined = new byte[total];
        int end = 0;
        for (int i = 0; i < lengths.Count; i++)
        {
            samples[i * stride].Span.CopyTo(joined.AsSpan(end));
            end += (int)lengths[i];
        }

        return (joined, [.. lengths]);
    }

    [LibraryImport(Zstd.Library, EntryPoint = "ZDICT_trainFromBuffer_fastCover")]
    private static partial nuint TrainFast(
        byte* to, nuint toBytes, byte* from, nuint* lengths, uint count, FastCover parameters);

    [LibraryImport(Zstd.Library, EntryPoint = "ZDICT_trainFromBuffer")]
    private static partial nuint TrainBySearch(byte* to, nuint toBytes, byte* from, nuint* lengths, uint count);

    /// <summary>ZDICT_fastCover_params_t of zdict.h; what is left at zero is only for the search.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FastCover
    {
        public uint SegmentBytes;
        public uint MatchBytes;
        public uint TableBits;
        public uint Steps;
        public uint Threads;
        public double SplitPoint;
        public uint Acceleration;
        public uint Shrinks;
        public uint ShrinkLossMax;
        public int Level;
        public uint Talks;
        public uint DictionaryId;
    }
}
