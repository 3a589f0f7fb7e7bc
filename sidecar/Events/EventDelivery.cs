namespace Thermocline.Events;

/// <summary>An event on its way to a handler. The payload is valid until the handler has answered.</summary>
/// <param name="Topic">Where it was published.</param>
/// <param name="Id">Its name: the publisher's, or the engine's. The same at every attempt.</param>
/// <param name="Context">Its context; may be empty.</param>
/// <param name="Payload">What it says.</param>
/// <param name="ContentType">Media type of the payload; may be empty.</param>
/// <param name="Metadata">More about it.</param>
/// <param name="PublishedAt">When the engine took it.</param>
/// <param name="Attempt">1 at the first delivery. Counts of attempts may be lost with the process.</param>
public sealed record EventDelivery(
    string Topic,
    string Id,
    string Context,
    ReadOnlyMemory<byte> Payload,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    DateTimeOffset PublishedAt,
    int Attempt)
{
    /// <summary>When it is no longer worth delivering, or null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
