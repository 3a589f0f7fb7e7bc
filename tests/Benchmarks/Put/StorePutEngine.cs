using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store;

namespace Thermocline.Benchmarks.Put;

/// <summary>Ours: concurrent asynchronous writers, policy always.</summary>
internal sealed class StorePutEngine(string folder) : IPutEngine
{
    private const long HotBytes = 256L << 20;

    private readonly TieredStore _store = StoreFolder.Open(folder, HotBytes, DurabilityPolicy.Always);

    public Samples Put(KeySpace space, int turn, int writers, TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        Task<Samples>[] all = [.. Enumerable.Range(0, writers).Select(writer => WriteAsync(space, new(space.Seed, turn, writer), start, duration))];
        Samples[] results = Task.WhenAll(all).GetAwaiter().GetResult();
        foreach (Samples result in results.Skip(1))
            results[0].Add(result);
        return results[0];
    }

    public void Dispose() => _store.Dispose();

    private async Task<Samples> WriteAsync(KeySpace space, Draws draws, long start, TimeSpan duration)
    {
        // A put may end on the caller's thread; without this the first writer would run alone.
        await Task.Yield();
        var key = new byte[StoreFolder.KeyPrefix.Length + KeySpace.KeyBytes];
        var value = new byte[space.ValueBytes];
        StoreFolder.KeyPrefix.CopyTo(key);
        var samples = new Samples();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            int drawn = draws.Next();
            space.WriteKey(drawn % space.Count, key.AsSpan(StoreFolder.KeyPrefix.Length));
            space.WriteValue(drawn, value);
            long began = Stopwatch.GetTimestamp();
            WriteAnswer answer = await _store.WriteAsync(new WriteOperation { Key = key, Value = value });
            samples.Add(Stopwatch.GetTimestamp() - began);
            if (answer is not { Outcome: WriteOutcome.Done, Durable: true })
                throw new InvalidOperationException($"A put was answered {answer}.");
        }
        return samples;
    }
}
