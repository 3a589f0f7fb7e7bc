using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Peers;

namespace Thermocline.Benchmarks.Put;

/// <summary>
/// SQLite, WAL, synchronous=FULL, each put a transaction: either all writers share one connection under a lock, or each
/// has its own and waits for the database's lock.
/// </summary>
internal sealed class SqlitePutEngine(string path, bool sharesConnection) : IPutEngine
{
    private readonly Lock _turn = new();
    private readonly SqliteConnection _shared = new(path, "FULL");

    public Samples Put(KeySpace space, int turn, int writers, TimeSpan duration)
    {
        var results = new Samples[writers];
        var threads = new Thread[writers];
        long start = Stopwatch.GetTimestamp();
        for (int writer = 0; writer < writers; writer++)
        {
            var draws = new Draws(space.Seed, turn, writer);
            int number = writer;
            threads[writer] = new(() => results[number] = Write(space, draws, start, duration));
            threads[writer].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        foreach (Samples result in results.Skip(1))
            results[0].Add(result);
        return results[0];
    }

    public void Dispose() => _shared.Dispose();

    private Samples Write(KeySpace space, Draws draws, long start, TimeSpan duration)
    {
        using SqliteConnection? own = sharesConnection ? null : new(path, "FULL");
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        var value = new byte[space.ValueBytes];
        var samples = new Samples();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            int drawn = draws.Next();
            space.WriteKey(drawn % space.Count, key);
            space.WriteValue(drawn, value);
            long began = Stopwatch.GetTimestamp();
            if (own is not null)
                own.Put(key, value);
            else
                PutShared(key, value);
            samples.Add(Stopwatch.GetTimestamp() - began);
        }
        return samples;
    }

    private void PutShared(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        lock (_turn)
            _shared.Put(key, value);
    }
}
