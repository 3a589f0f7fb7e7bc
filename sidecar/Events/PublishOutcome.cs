namespace Thermocline.Events;

/// <summary>How a publication ended.</summary>
public enum PublishOutcome
{
    /// <summary>Taken: every event will be delivered at least once to every group.</summary>
    Done,

    /// <summary>The backlog is full, and stayed so for as long as a publisher waits; nothing was taken, try again later.</summary>
    Busy,

    /// <summary>An event, or all together, are larger than their limit; nothing was taken.</summary>
    TooLarge,

    /// <summary>A name is empty or not allowed, or there is no event; nothing was taken.</summary>
    Invalid,

    /// <summary>The engine is away. Nothing is known to be taken; publishing again may deliver twice.</summary>
    Unavailable,
}
