namespace Thermocline.Store.Cold.Dapr;

/// <summary>A record that was found.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Etag">What Dapr calls this version of it.</param>
internal sealed record DaprFound(ReadOnlyMemory<byte> Bytes, string Etag);
