namespace Thermocline.Events;

/// <summary>How a consumer group takes the events of a topic.</summary>
public sealed record SubscriptionOptions
{
    /// <summary>The topic; made when it is not there.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// The group: of its members one gets an event. A group that is new gets what is published from now on; one that is known goes on
    /// where it was.
    /// </summary>
    public required string Group { get; init; }

    /// <summary>Whether a group that is new gets also what was published before and is kept. Where an engine knows how.</summary>
    public bool FromOldest { get; init; }

    /// <summary>Deliveries at once, each of another context: 1 to 10,000.</summary>
    public int ConcurrencyMax { get; init; } = 64;

    /// <summary>Deliveries of an event before it is a dead letter: 1 to 1,000.</summary>
    public int AttemptsMax { get; init; } = 5;

    /// <summary>Where dead letters are published; empty: they are counted and gone.</summary>
    public string DeadLetterTopic { get; init; } = "";

    /// <summary>How long a handler may take: 1 ms to 1 hour.</summary>
    public TimeSpan HandlingLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause before the second attempt; doubled before each further one, with jitter: 1 ms to 1 hour.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause: <see cref="RetryDelay"/> to 1 hour.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);
}
