namespace Thermocline.Events.Dapr;

/// <summary>What the host answers to Dapr.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON of a 200; empty for all else, whose words are the host's.</param>
public readonly record struct DaprReply(int Status, ReadOnlyMemory<byte> Body);
