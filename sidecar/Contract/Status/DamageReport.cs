namespace Thermocline.Contract.Status;

/// <summary>Bytes that failed their checksum and are never served.</summary>
/// <param name="File">File relative to the data folder.</param>
/// <param name="Offset">Where in it.</param>
/// <param name="Bytes">How many.</param>
/// <param name="What">What stood there.</param>
public sealed record DamageReport(string File, long Offset, long Bytes, string What);
