namespace Thermocline.Events;

/// <summary>Figures of a consumer group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lag">Events that were published and not yet handled.</param>
/// <param name="OldestUnhandledAt">When the oldest of them was published, or null.</param>
/// <param name="InFlight">Deliveries whose handler runs.</param>
/// <param name="Handled">Events handled.</param>
/// <param name="Redelivered">Deliveries after the first of an event.</param>
/// <param name="DeadLetters">Events given up.</param>
public sealed record GroupStatus(
    string Name, long Lag, DateTimeOffset? OldestUnhandledAt, int InFlight, long Handled, long Redelivered, long DeadLetters)
{
    /// <summary>Events that were not delivered because they had expired.</summary>
    public long Expired { get; init; }

    /// <summary>Events that could not be read any more: the disk damaged them.</summary>
    public long Lost { get; init; }
}
