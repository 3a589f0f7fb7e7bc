using System.Diagnostics;
using System.Net;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>One thread, some connections, some calls at once on each: the ruler for component sockets.</summary>
internal sealed unsafe class CallClient : IDisposable
{
    private const int PatienceMilliseconds = 10_000;

    private readonly CallConnection[] _connections;
    private readonly PollNative.Entry[] _entries;
    private readonly KeySpace _space;
    private readonly int _callsAtOnce;

    /// <param name="endPoint">The component's socket.</param>
    /// <param name="space">Where numbers are drawn.</param>
    /// <param name="calls">What is called.</param>
    /// <param name="answerBytesMin">Bytes that every answer has at least.</param>
    /// <param name="shape">Connections, and calls at once on each.</param>
    public CallClient(EndPoint endPoint, KeySpace space, ICalls calls, int answerBytesMin, (int Connections, int CallsAtOnce) shape)
    {
        _space = space;
        _callsAtOnce = shape.CallsAtOnce;
        _connections = [.. Enumerable.Range(0, shape.Connections).Select(
            _ => new CallConnection(endPoint, calls, shape.CallsAtOnce, answerBytesMin))];
        _entries = [.. _connections.Select(connection =>
            new PollNative.Entry { Descriptor = connection.Descriptor, Wanted = PollNative.Readable })];
    }

    /// <summary>Keeps every connection busy for a while; returns the duration of each call.</summary>
    public Samples Run(int turn, TimeSpan duration, CancellationToken cancellation)
    {
        var draws = new Draws(_space.Seed, turn, writer: 0);
        long start = Stopwatch.GetTimestamp();
        return Run(() => Stopwatch.GetElapsedTime(start) < duration, draws.Next, cancellation);
    }

    /// <summary>One call for each key of the space, in order.</summary>
    public Samples RunThroughKeys(CancellationToken cancellation)
    {
        int next = 0;
        return Run(() => next < _space.Count, () => next++, cancellation);
    }

    public void Dispose()
    {
        foreach (CallConnection connection in _connections)
            connection.Dispose();
    }

    private Samples Run(Func<bool> goesOn, Func<int> nextNumber, CancellationToken cancellation)
    {
        var samples = new Samples();
        int busy = 0;
        foreach (CallConnection connection in _connections)
        {
            for (int i = 0; i < _callsAtOnce && goesOn(); i++, busy++)
                connection.Begin(nextNumber());
            connection.Send();
        }

        while (busy > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Wait();
            for (int i = 0; i < _entries.Length; i++)
            {
                if (_entries[i].Ready == 0)
                    continue;
                CallConnection connection = _connections[i];
                connection.Receive(ticks =>
                {
                    samples.Add(ticks);
                    if (goesOn())
                        connection.Begin(nextNumber());
                    else
                        busy--;
                });
                connection.Send();
            }
        }

        return samples;
    }

    private void Wait()
    {
        fixed (PollNative.Entry* entries = _entries)
        {
            if (PollNative.Poll(entries, (nuint)_entries.Length, PatienceMilliseconds) == 0)
                throw new TimeoutException("The server gave no answer for ten seconds.");
        }
    }
}
