namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>Where an event of the window is.</summary>
internal enum EntryState : byte
{
    /// <summary>Behind another of its context.</summary>
    Queued,

    /// <summary>May be delivered.</summary>
    Ready,

    /// <summary>A handler has it.</summary>
    Running,

    /// <summary>Waits for its next attempt.</summary>
    Paused,

    /// <summary>Handled, a dead letter, or expired.</summary>
    Done,
}
