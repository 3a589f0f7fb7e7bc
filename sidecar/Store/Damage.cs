namespace Thermocline.Store;

/// <summary>Bytes that failed their checksum. They are never served.</summary>
/// <param name="File">File relative to the data folder.</param>
/// <param name="Offset">First damaged byte's frame or block.</param>
/// <param name="Bytes">Length of the damaged stretch.</param>
/// <param name="What">What stood there, in words.</param>
public sealed record Damage(string File, long Offset, long Bytes, string What);
