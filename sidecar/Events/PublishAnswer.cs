namespace Thermocline.Events;

/// <summary>The answer to a publication: all of its events were taken, or none.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why it was not taken, for people; null when it was.</param>
/// <param name="FailedEvent">Index of the event that is invalid or too large; -1 when it is none in particular.</param>
public readonly record struct PublishAnswer(PublishOutcome Outcome, string? Reason, int FailedEvent)
{
    /// <summary>Taken.</summary>
    public static PublishAnswer Done { get; } = new(PublishOutcome.Done, null, -1);
}
