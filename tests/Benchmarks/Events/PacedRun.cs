using System.Diagnostics;
using System.Runtime.InteropServices;
using Thermocline.Benchmarks.Measure;
using Thermocline.Events;

namespace Thermocline.Benchmarks.Events;

/// <summary>
/// Publishes at a fixed pace whatever the answers do: a publication's time runs from the moment it was due, so that a stall counts for
/// everything that was due meanwhile.
/// </summary>
internal static partial class PacedRun
{
    public static Samples Publish(BusFolder folder, string topic, EventSource source, int batch, int eventsPerSecond, TimeSpan duration)
    {
        EventDraft[] pool = source.Next(Math.Max(batch, 8_000 / batch * batch));
        int count = (int)(duration.TotalSeconds * eventsPerSecond / batch);
        var ticks = new long[count];
        var left = new CountdownEvent(count);
        double interval = Stopwatch.Frequency * (double)batch / eventsPerSecond;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            long due = start + (long)(i * interval);
            Wait(due);
            int at = (int)((long)i * batch % (pool.Length - batch + 1));
            _ = PublishAsync(folder, topic, pool.AsMemory(at, batch), due, ticks, i, left);
        }

        left.Wait();
        var samples = new Samples();
        foreach (long each in ticks)
        {
            if (each < 0)
                throw new InvalidOperationException("A publication was not taken.");
            samples.Add(each);
        }

        samples.Sort();
        return samples;
    }

    /// <summary>
    /// Sleeps in the kernel, a tenth of a millisecond at a time: a waiting loop would take one of few cores from those measured, and
    /// Thread.Sleep knows whole milliseconds only.
    /// </summary>
    private static void Wait(long due)
    {
        while (Stopwatch.GetTimestamp() < due)
            _ = SleepMicroseconds(50);
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint microseconds);

    private static async Task PublishAsync(
        BusFolder folder, string topic, ReadOnlyMemory<EventDraft> events, long due, long[] ticks, int index, CountdownEvent left)
    {
        PublishAnswer answer = await folder.Bus.PublishAsync(topic, events, CancellationToken.None).ConfigureAwait(false);
        ticks[index] = answer.Outcome == PublishOutcome.Done ? Stopwatch.GetTimestamp() - due : -1;
        left.Signal();
    }
}
