namespace Thermocline.Testing.Budget;

/// <summary>One step that was taken.</summary>
public sealed record ActionView(string Id, DateTimeOffset Time, string Step, string Reason, long FreedBytes, double TookMs);
