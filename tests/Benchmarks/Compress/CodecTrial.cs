using System.Diagnostics;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Compress;

/// <summary>What one codec made of some values.</summary>
/// <param name="RawBytes">All values.</param>
/// <param name="EncodedBytes">All frames.</param>
/// <param name="EncodeMbPerSecond">Raw bytes encoded a second, the median of the rounds.</param>
/// <param name="Decodes">Times of single decodings, of values in random order.</param>
internal sealed record CodecTrial(long RawBytes, long EncodedBytes, double EncodeMbPerSecond, Samples Decodes)
{
    /// <summary>Encodes and decodes all values in rounds, and compares what comes back.</summary>
    public static CodecTrial Run(Codec codec, byte[][] values, int rounds, CancellationToken cancellation)
    {
        byte[] buffer = new byte[Store.Compression.Zstd.Bound(values.Max(value => value.Length)) + 64];
        byte[][] frames = [.. values.Select(value => buffer[..codec.Encode(value, buffer)])];
        long raw = values.Sum(value => (long)value.Length);
        int[] order = [.. Enumerable.Range(0, values.Length)];
        new Random(values.Length).Shuffle(order);
        Check(codec, values, frames, buffer);
        var speeds = new List<double>();
        var decodes = new Samples();
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            foreach (byte[] value in values)
                codec.Encode(value, buffer);
            speeds.Add(raw / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6);
            foreach (int i in order)
            {
                start = Stopwatch.GetTimestamp();
                codec.TryDecode(frames[i], buffer, out _);
                decodes.Add(Stopwatch.GetTimestamp() - start);
            }
        }

        decodes.Sort();
        return new CodecTrial(raw, frames.Sum(frame => (long)frame.Length), Samples.Median(speeds), decodes);
    }

    private static void Check(Codec codec, byte[][] values, byte[][] frames, byte[] buffer)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!codec.TryDecode(frames[i], buffer, out int written) || !buffer.AsSpan(0, written).SequenceEqual(values[i]))
                throw new InvalidOperationException($"{codec.Name} does not give value {i} back.");
        }
    }
}
