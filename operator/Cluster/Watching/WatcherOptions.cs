using Thermocline.Operator.Cluster.Pacing;

namespace Thermocline.Operator.Cluster.Watching;

/// <summary>Limits of a watcher.</summary>
internal sealed record WatcherOptions
{
    /// <summary>How long the server is asked to keep a stream; up to twice that, so that many streams do not end together.</summary>
    public TimeSpan StreamLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after that a stream the server did not end is given up.</summary>
    public TimeSpan StreamMargin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pauses between failures.</summary>
    public Backoff Backoff { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>Bytes one change may have.</summary>
    public int LineBytesMax { get; init; } = 16 << 20;

    /// <summary>Events that wait for the consumer before nothing more is read.</summary>
    public int WaitingMax { get; init; } = 256;

    /// <summary>Chance, from 0 to 1.</summary>
    public required Func<double> Randomizer { get; init; }
}
