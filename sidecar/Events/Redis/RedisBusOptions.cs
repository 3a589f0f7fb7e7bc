using Thermocline.Resp;

namespace Thermocline.Events.Redis;

/// <summary>How events are kept in Redis. <see cref="Validate"/> checks every value.</summary>
public sealed record RedisBusOptions
{
    /// <summary>Where the server is. One server (behind one address), not Redis Cluster.</summary>
    public required RespOptions Server { get; init; }

    /// <summary>What the names of all keys start with: 1 to 64 characters without spaces.</summary>
    public string Prefix { get; init; } = "thermocline";

    /// <summary>
    /// Streams of a topic that is new: 1 to 256. A context lies in one of them, and one member of a group takes each; so many
    /// members share the work at most. A topic that is there keeps the number it was made with.
    /// </summary>
    public int Partitions { get; init; } = 16;

    /// <summary>Events a topic holds before publishers wait, and others publishing at the same time may add a little: 1 to 10 million.</summary>
    public int BacklogMax { get; init; } = 100_000;

    /// <summary>How long a publisher waits for room: 0 to 1 min.</summary>
    public TimeSpan PublishWaitMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often what all groups have handled is removed, and figures are taken: 10 ms to 1 min.</summary>
    public TimeSpan TidyInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a member that died keeps its streams from the others: 100 ms to 5 min.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Events a subscription holds in memory: 1 to 100,000.</summary>
    public int PrefetchMax { get; init; } = 4_096;

    /// <summary>Bytes of events above which a subscription reads no more: 64 KiB to 1 GiB. One read may go 20 MiB past it.</summary>
    public int PrefetchBytesMax { get; init; } = 32 << 20;

    /// <summary>Failed publications in a row that open the circuit: 2 to 1,000.</summary>
    public int CircuitFailures { get; init; } = 5;

    /// <summary>How long the open circuit refuses publications, unless a connection is made anew before: 1 s to 10 min.</summary>
    public TimeSpan CircuitBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        Server.Validate();
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        if (Prefix.Length is 0 or > 64 || Prefix.AsSpan().ContainsAnyExceptInRange('!', '~'))
            mistakes.Add($"{nameof(Prefix)} has 1 to 64 printable ASCII characters and no space.");
        Range(nameof(Partitions), Partitions, 1, 256);
        Range(nameof(BacklogMax), BacklogMax, 1, 10_000_000);
        Range($"{nameof(PublishWaitMax)} (ms)", PublishWaitMax.TotalMilliseconds, 0, 60_000);
        Range($"{nameof(TidyInterval)} (ms)", TidyInterval.TotalMilliseconds, 10, 60_000);
        Range($"{nameof(LeaseTime)} (ms)", LeaseTime.TotalMilliseconds, 100, 300_000);
        Range(nameof(PrefetchMax), PrefetchMax, 1, 100_000);
        Range(nameof(PrefetchBytesMax), PrefetchBytesMax, 64 << 10, 1 << 30);
        Range(nameof(CircuitFailures), CircuitFailures, 2, 1_000);
        Range($"{nameof(CircuitBreak)} (ms)", CircuitBreak.TotalMilliseconds, 1_000, 600_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
