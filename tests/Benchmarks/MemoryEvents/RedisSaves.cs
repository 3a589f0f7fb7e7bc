using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thermocline.Benchmarks.Events;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Memory;

namespace Thermocline.Benchmarks.MemoryEvents;

/// <summary>The same in Redis: a hash for each memory and an entry of one stream, in one transaction.</summary>
internal static class RedisSaves
{
    public static SaveFigures Run(RedisPeer server, int savers, int batch, TimeSpan duration)
    {
        var results = new Samples[savers];
        long start = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, savers).Select(saver =>
            new Thread(() => results[saver] = Save(server, saver, batch, start, duration)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (Samples result in results.Skip(1))
            results[0].Add(result);
        results[0].Sort();
        return new SaveFigures(results[0].Count * (double)batch / seconds, results[0], 0);
    }

    private static Samples Save(RedisPeer server, int saver, int batch, long start, TimeSpan duration)
    {
        using var connection = new RedisStream(server);
        MemoryDraft[] drafts = SavingFolder.Drafts(saver, batch);
        var samples = new Samples();
        // OK, a line for each command that is queued, the count, and for each memory a number and an id of two lines.
        int lines = 1 + (2 * batch) + 1 + (3 * batch);
        for (int round = 0; Stopwatch.GetElapsedTime(start) < duration; round++)
        {
            long began = Stopwatch.GetTimestamp();
            connection.SendForLines(Commands(drafts, saver, round), lines);
            samples.Add(Stopwatch.GetTimestamp() - began);
        }

        return samples;
    }

    private static byte[] Commands(MemoryDraft[] drafts, int saver, int round)
    {
        var bytes = new MemoryStream();
        Add(bytes, "MULTI");
        for (int i = 0; i < drafts.Length; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{saver:x4}{round:x10}{i:x12}");
            Add(bytes, "HSET", "m:" + id, "c", Encoding.ASCII.GetString(drafts[i].Content.Span), "s", drafts[i].Session!);
            Add(bytes, "XADD", "memory.write", "MAXLEN", "~", "100000", "*", "id", id, "s", drafts[i].Session!);
        }

        Add(bytes, "EXEC");
        return bytes.ToArray();
    }

    private static void Add(MemoryStream bytes, params string[] words)
    {
        bytes.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{words.Length}\r\n")));
        foreach (string word in words)
            bytes.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n")));
    }
}
