using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Thermocline.Benchmarks.Measure;
using Thermocline.Events;

namespace Thermocline.Benchmarks.Events;

/// <summary>
/// Publishes at a fixed pace whatever the answers do. A publication's time runs from the moment it was due until whoever published it
/// goes on, so that a stall counts for everything that was due meanwhile; what this thread itself wakes up late is in it too, and is
/// told apart by running it on <see cref="PromptBus"/>. Publishing allocates nothing here: the collections are the bus's own.
/// </summary>
internal sealed partial class PacedRun : IDisposable
{
    private const int SetTimerSlack = 29;
    private const uint SleepUs = 50;
    private const uint SlackNs = 1;
    private readonly IEventBus _bus;
    private readonly string _topic;
    private readonly long[] _ticks;
    private readonly CountdownEvent _left;
    private readonly ConcurrentQueue<Publication> _spare = new();

    private PacedRun(IEventBus bus, string topic, int count)
    {
        _bus = bus;
        _topic = topic;
        _ticks = new long[count];
        _left = new CountdownEvent(count);
    }

    public static Samples Publish(IEventBus bus, string topic, EventSource source, int batch, int eventsPerSecond, TimeSpan duration)
    {
        EventDraft[] pool = source.Next(Math.Max(batch, 8_000 / batch * batch));
        using var run = new PacedRun(bus, topic, (int)(duration.TotalSeconds * eventsPerSecond / batch));
        // What making the events has left behind is not collected at the bus's expense.
        GC.Collect();
        run.Publish(pool, batch, Stopwatch.Frequency * (double)batch / eventsPerSecond);
        var samples = new Samples();
        foreach (long each in run._ticks)
        {
            if (each < 0)
                throw new InvalidOperationException("A publication was not taken.");
            samples.Add(each);
        }

        samples.Sort();
        return samples;
    }

    public void Dispose() => _left.Dispose();

    private void Publish(EventDraft[] pool, int batch, double interval)
    {
        // Of this thread alone, for good: the kernel otherwise wakes it up to 50 µs late, to save itself a timer.
        _ = Control(SetTimerSlack, SlackNs, 0, 0, 0);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < _ticks.Length; i++)
        {
            long due = start + (long)(i * interval);
            Wait(due);
            int at = (int)((long)i * batch % (pool.Length - batch + 1));
            Publication publication = _spare.TryDequeue(out Publication? spare) ? spare : new Publication(this);
            publication.Begin(pool.AsMemory(at, batch), due, i);
        }

        _left.Wait();
    }

    /// <summary>
    /// Sleeps in the kernel, a twentieth of a millisecond at a time: a waiting loop would take one of few cores from those measured,
    /// and Thread.Sleep knows whole milliseconds only.
    /// </summary>
    private static void Wait(long due)
    {
        while (Stopwatch.GetTimestamp() < due)
            _ = SleepMicroseconds(SleepUs);
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint microseconds);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    /// <summary>One publication under way: an async method would allocate for each.</summary>
    private sealed class Publication
    {
        private readonly PacedRun _run;
        private readonly Action _onAnswered;
        private ConfiguredValueTaskAwaitable<PublishAnswer>.ConfiguredValueTaskAwaiter _answer;
        private long _due;
        private int _index;

        public Publication(PacedRun run)
        {
            _run = run;
            _onAnswered = OnAnswered;
        }

        public void Begin(ReadOnlyMemory<EventDraft> events, long due, int index)
        {
            _due = due;
            _index = index;
#pragma warning disable CA2012 // The awaiter is asked once: here, or by the callback.
            _answer = _run._bus.PublishAsync(_run._topic, events, CancellationToken.None).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (_answer.IsCompleted)
                OnAnswered();
            else
                _answer.UnsafeOnCompleted(_onAnswered);
        }

        private void OnAnswered()
        {
            PublishAnswer answer = _answer.GetResult();
            _run._ticks[_index] = answer.Outcome == PublishOutcome.Done ? Stopwatch.GetTimestamp() - _due : -1;
            PacedRun run = _run;
            run._spare.Enqueue(this);
            run._left.Signal();
        }
    }
}
