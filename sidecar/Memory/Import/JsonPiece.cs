namespace Thermocline.Memory.Import;

/// <summary>One value cut out of a JSON stream.</summary>
/// <param name="Value">Its bytes; empty with a problem.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Problem">Why there is no value, or null.</param>
internal readonly record struct JsonPiece(ReadOnlyMemory<byte> Value, RecordPlace Place, string? Problem);
