using System.Diagnostics;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Get;

/// <summary>One turn of gets: all threads start together, the clock stops when the last has ended.</summary>
internal sealed class ReadTurn(Lookups lookups, bool copies, int countPerThread, int threads, int valueBytes)
{
    private long _sum;
    private long _allocated;

    public Facts Run(Func<int, IReader> readerOf)
    {
        using var gate = new Barrier(threads + 1);
        var workers = new Thread[threads];
        for (int thread = 0; thread < threads; thread++)
        {
            IReader reader = readerOf(thread);
            int from = thread * countPerThread;
            workers[thread] = new(() => Work(reader, from, gate));
            workers[thread].Start();
        }
        gate.SignalAndWait();
        long start = Stopwatch.GetTimestamp();
        foreach (Thread worker in workers)
            worker.Join();
        double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        long total = (long)countPerThread * threads;
        return new() { ["nsPerGet"] = nanoseconds / total, ["sum"] = _sum, ["allocatedPerGet"] = _allocated / (double)total };
    }

    private void Work(IReader reader, int from, Barrier gate)
    {
        var destination = new byte[valueBytes];
        gate.SignalAndWait();
        long before = GC.GetAllocatedBytesForCurrentThread();
        long sum = copies ? reader.Copy(lookups, from, countPerThread, destination) : reader.Touch(lookups, from, countPerThread);
        Interlocked.Add(ref _allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        Interlocked.Add(ref _sum, sum);
    }
}
