namespace Thermocline.Contract.Status;

/// <summary>One consumer group of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lag">Events that it has still to handle.</param>
/// <param name="OldestUnhandledAt">When the oldest of them was published, or null.</param>
/// <param name="InFlight">Deliveries not answered yet.</param>
/// <param name="Handled">Events handled.</param>
/// <param name="Redelivered">Deliveries after the first of an event.</param>
/// <param name="DeadLetters">Events given up.</param>
public sealed record EventGroupReport(
    string Name, long Lag, DateTimeOffset? OldestUnhandledAt, int InFlight, long Handled, long Redelivered, long DeadLetters);
