namespace Thermocline.Memory.Announcing;

/// <summary>One memory that was saved, as it is told.</summary>
/// <param name="Id">Its identifier, as text.</param>
/// <param name="ContextId">The session it belongs to; empty for none.</param>
/// <param name="Payload">The event <c>memory.write</c>: a JSON object in UTF-8.</param>
public readonly record struct AnnouncedWrite(string Id, string ContextId, ReadOnlyMemory<byte> Payload);
