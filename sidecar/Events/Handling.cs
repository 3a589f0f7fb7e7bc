namespace Thermocline.Events;

/// <summary>What came of a delivery.</summary>
public enum Handling
{
    /// <summary>Handled: it is not delivered to this group again.</summary>
    Done,

    /// <summary>Not now: delivered again after a pause, and a dead letter after the last attempt.</summary>
    Retry,

    /// <summary>Never: a dead letter at once.</summary>
    DeadLetter,
}
