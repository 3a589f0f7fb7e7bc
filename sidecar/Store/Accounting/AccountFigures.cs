namespace Thermocline.Store.Accounting;

/// <summary>One account at one moment.</summary>
/// <param name="Component">What it belongs to: states, signals, cache, connections or system.</param>
/// <param name="Part">Its name inside the component.</param>
/// <param name="Kind">Where the bytes lie.</param>
/// <param name="Bytes">Bytes charged now.</param>
/// <param name="PeakBytes">Most that was ever charged.</param>
/// <param name="Mistakes">Charges and releases that cannot have been true: they were not counted as they were given.</param>
public sealed record AccountFigures(string Component, string Part, MemoryKind Kind, long Bytes, long PeakBytes, long Mistakes);
