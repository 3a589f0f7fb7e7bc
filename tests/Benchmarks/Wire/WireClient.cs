using System.Diagnostics;
using System.Net;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Wire;

/// <summary>
/// The ruler for servers: one thread, some connections, each with one request under way and no pipelining. The same
/// code drives ours and the peer; only the protocol differs.
/// </summary>
internal sealed unsafe class WireClient : IDisposable
{
    private const int MessageBytesMax = 8 << 10;
    private const int PatienceMilliseconds = 10_000;

    private readonly WireConnection[] _connections;
    private readonly PollNative.Entry[] _entries;
    private readonly KeySpace _space;

    public WireClient(EndPoint endPoint, IWireProtocol protocol, KeySpace space, int connections)
    {
        _space = space;
        _connections = new WireConnection[connections];
        for (int i = 0; i < connections; i++)
            _connections[i] = new(endPoint, protocol, MessageBytesMax);
        _entries = [.. _connections.Select(connection =>
            new PollNative.Entry { Descriptor = connection.Descriptor, Wanted = PollNative.Readable })];
    }

    /// <summary>Keeps every connection busy for a while, with requests drawn at random; returns the duration of each request.</summary>
    public Samples Run(int turn, TimeSpan duration, CancellationToken cancellation)
    {
        var draws = new Draws(_space.Seed, turn, writer: 0);
        long start = Stopwatch.GetTimestamp();
        return Run(() => Stopwatch.GetElapsedTime(start) < duration, draws.Next, cancellation);
    }

    /// <summary>Sends one request for each key of the space, in order.</summary>
    public Samples RunThroughKeys(CancellationToken cancellation)
    {
        int next = 0;
        return Run(() => next < _space.Count, () => next++, cancellation);
    }

    public void Dispose()
    {
        foreach (WireConnection connection in _connections)
            connection.Dispose();
    }

    private Samples Run(Func<bool> goesOn, Func<int> nextNumber, CancellationToken cancellation)
    {
        var samples = new Samples();
        int busy = 0;
        foreach (WireConnection connection in _connections)
        {
            if (!goesOn())
                break;
            connection.Send(nextNumber());
            busy++;
        }
        while (busy > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Wait();
            busy -= TakeAnswers(samples, goesOn, nextNumber);
        }
        return samples;
    }

    /// <summary>Handles the connections that have something; returns how many of them have ended.</summary>
    private int TakeAnswers(Samples samples, Func<bool> goesOn, Func<int> nextNumber)
    {
        int ended = 0;
        for (int i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Ready == 0)
                continue;
            long ticks = _connections[i].Receive();
            if (ticks == 0)
                continue;
            samples.Add(ticks);
            if (goesOn())
                _connections[i].Send(nextNumber());
            else
                ended++;
        }
        return ended;
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
