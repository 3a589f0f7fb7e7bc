using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Leading;

/// <summary>Which lease, who we are, and how long it lasts.</summary>
internal sealed record LeaseOptions
{
    public required EntityKey Lease { get; init; }

    /// <summary>Who we are: another word for every process, or two of them lead.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others must see no renewal before they take it.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after our last renewal we stop leading. What is left of the duration is for stopping.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often we try.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Chance, from 0 to 1.</summary>
    public required Func<double> Randomizer { get; init; }

    /// <summary>Every mistake; none is what it should be.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Identity.Length == 0)
            yield return "identity: is empty";
        if (Duration < TimeSpan.FromSeconds(1) || Duration.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return "duration: must be whole seconds, at least one";
        if (RenewDeadline >= Duration)
            yield return "renewDeadline: must be shorter than the duration";
        if (RetryPeriod <= TimeSpan.Zero || RetryPeriod * 2 > RenewDeadline)
            yield return "retryPeriod: must fit twice into the renewDeadline";
    }
}
