namespace Thermocline.Events;

/// <summary>An event to publish. Its memory must stay unchanged until the publication is answered.</summary>
public readonly record struct EventDraft
{
    /// <summary>What it says: 0 to <see cref="EventLimits.PayloadBytesMax"/> bytes.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Events of one context are handled one after the other, in the order they were published. Empty: no order is kept.</summary>
    public string Context { get; init; }

    /// <summary>Name given by the publisher; empty: the engine gives one.</summary>
    public string Id { get; init; }

    /// <summary>Media type of the payload; empty: not stated.</summary>
    public string ContentType { get; init; }

    /// <summary>More about it, or null.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>When it is no longer worth delivering, or null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
