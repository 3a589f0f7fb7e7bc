namespace Thermocline.Memory.Announcing;

/// <summary>One memory that was saved, as it is told.</summary>
/// <param name="Id">Its identifier, as text.</param>
/// <param name="ContextId">The session it belongs to; empty for none.</param>
/// <param name="Timestamp">When it came to be, ISO 8601.</param>
/// <param name="Payload">What is told: a JSON object in UTF-8.</param>
public readonly record struct AnnouncedWrite(string Id, string ContextId, string Timestamp, ReadOnlyMemory<byte> Payload);
