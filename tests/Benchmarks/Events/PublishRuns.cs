using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;
using Thermocline.Events;

namespace Thermocline.Benchmarks.Events;

/// <summary>Some publishers, each with one batch under way, for a while.</summary>
internal static class PublishRuns
{
    /// <summary>Events of the pool that publishers draw their batches from.</summary>
    private const int Pool = 8_000;

    public static PublishFigures Ours(BusFolder folder, string topic, EventSource source, int publishers, int batch, TimeSpan duration)
    {
        EventDraft[][] pools = Pools(source, publishers, batch);
        long allocated = GC.GetTotalAllocatedBytes();
        long start = Stopwatch.GetTimestamp();
        Task<Samples>[] all = [.. pools.Select(pool => PublishAsync(folder, topic, pool, batch, start, duration))];
        Samples samples = Together(Task.WhenAll(all).GetAwaiter().GetResult());
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(samples.Count * (double)batch / seconds, samples, (GC.GetTotalAllocatedBytes() - allocated) / (samples.Count * (double)batch));
    }

    public static PublishFigures Redis(RedisPeer server, string stream, EventSource source, int publishers, int batch, TimeSpan duration)
    {
        byte[][][] commands = [.. Pools(source, publishers, batch).Select(pool =>
            pool.Chunk(batch).Select(part => RedisStream.Commands(stream, part)).ToArray())];
        var results = new Samples[publishers];
        long start = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, publishers).Select(number =>
            new Thread(() => results[number] = Send(server, commands[number], batch, start, duration)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Samples samples = Together(results);
        using var connection = new RedisStream(server);
        connection.Ask("DEL " + stream);
        return new(samples.Count * (double)batch / seconds, samples, 0);
    }

    private static EventDraft[][] Pools(EventSource source, int publishers, int batch) =>
        [.. Enumerable.Range(0, publishers).Select(_ => source.Next(Math.Max(batch, Pool / publishers / batch * batch)))];

    private static async Task<Samples> PublishAsync(BusFolder folder, string topic, EventDraft[] pool, int batch, long start, TimeSpan duration)
    {
        // A publication may end on the caller's thread; without this the first publisher would run alone.
        await Task.Yield();
        var samples = new Samples();
        for (int at = 0; Stopwatch.GetElapsedTime(start) < duration; at = at + (2 * batch) > pool.Length ? 0 : at + batch)
        {
            long began = Stopwatch.GetTimestamp();
            PublishAnswer answer = await folder.Bus.PublishAsync(topic, pool.AsMemory(at, batch), CancellationToken.None);
            samples.Add(Stopwatch.GetTimestamp() - began);
            BusFolder.Demand(answer);
        }

        return samples;
    }

    private static Samples Send(RedisPeer server, byte[][] commands, int batch, long start, TimeSpan duration)
    {
        using var connection = new RedisStream(server);
        var samples = new Samples();
        for (int i = 0; Stopwatch.GetElapsedTime(start) < duration; i = (i + 1) % commands.Length)
        {
            long began = Stopwatch.GetTimestamp();
            connection.Send(commands[i], batch);
            samples.Add(Stopwatch.GetTimestamp() - began);
        }

        return samples;
    }

    private static Samples Together(Samples[] results)
    {
        foreach (Samples result in results.Skip(1))
            results[0].Add(result);
        results[0].Sort();
        return results[0];
    }
}
