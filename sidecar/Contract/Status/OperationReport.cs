namespace Thermocline.Contract.Status;

/// <summary>A long operation.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Kind">What it does.</param>
/// <param name="State"><c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Progress">0 to 1.</param>
/// <param name="Error">Why it failed.</param>
public sealed record OperationReport(string Id, string Kind, string State, double Progress, string? Error);
