using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>An event between its reading and its handling.</summary>
internal struct WindowEntry
{
    public LoadedBlock? Block;
    public EventView View;

    /// <summary>The line of its context, or null when no order is kept.</summary>
    public ContextLine? Line;

    /// <summary>Offset of the next of its context, or -1.</summary>
    public long NextInLine;

    /// <summary>Deliveries so far.</summary>
    public int Attempts;

    public EntryState State;

    /// <summary>Why it is given up: its next turn makes it a dead letter. Null while it is worth trying.</summary>
    public string? GivenUp;
}
