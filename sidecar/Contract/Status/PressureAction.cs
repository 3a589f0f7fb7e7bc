namespace Thermocline.Contract.Status;

/// <summary>One step taken against pressure.</summary>
/// <param name="Time">When.</param>
/// <param name="Step">What.</param>
/// <param name="Reason">Why.</param>
/// <param name="FreedBytes">What it gave back.</param>
/// <param name="TookMs">What it cost in time.</param>
public sealed record PressureAction(DateTimeOffset Time, string Step, string Reason, long FreedBytes, double TookMs);
