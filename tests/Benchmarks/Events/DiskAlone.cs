using System.Diagnostics;
using Thermocline.Benchmarks.Measure;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks.Events;

/// <summary>
/// What the disk alone would answer at a pace: one thread that writes what is due, syncs, and does nothing else. No bus that syncs
/// before it answers is faster on this disk.
/// </summary>
internal static class DiskAlone
{
    /// <summary>Bytes of an event, with its part of a block, in the store.</summary>
    private const int EventBytes = 106;
    private const int FileBytes = 64 << 20;
    private const int GroupBytesMax = 4 << 20;

    public static Samples Write(string folder, int batch, int eventsPerSecond, TimeSpan duration)
    {
        var files = new DiskFiles(folder);
        var group = new byte[GroupBytesMax];
        new Random(1).NextBytes(group);
        int count = (int)(duration.TotalSeconds * eventsPerSecond / batch);
        var samples = new Samples();
        double interval = Stopwatch.Frequency * (double)batch / eventsPerSecond;
        using (IFile file = files.Create("alone", FileBytes))
        {
            long end = 0;
            file.Flush();
            long start = Stopwatch.GetTimestamp();
            for (int done = 0; done < count;)
            {
                int due = (int)Math.Min(count, ((Stopwatch.GetTimestamp() - start) / interval) + 1);
                if (due == done)
                    continue;
                int bytes = Math.Min((due - done) * batch * EventBytes, GroupBytesMax);
                end = end + bytes > FileBytes ? 0 : end;
                file.Write(group.AsSpan(0, bytes), end);
                file.Flush();
                end += bytes;
                long now = Stopwatch.GetTimestamp();
                for (; done < due; done++)
                    samples.Add(now - start - (long)(done * interval));
            }
        }

        files.Delete("alone");
        samples.Sort();
        return samples;
    }
}
