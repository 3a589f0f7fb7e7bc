namespace Thermocline.Contract.Status;

/// <summary>One thing the governor did: a step of the ladder, or a change of state.</summary>
/// <param name="Id">Numbers from 1 since the sidecar started.</param>
/// <param name="Time">When it was done.</param>
/// <param name="Step">The step, or <c>state</c>.</param>
/// <param name="Reason">Why, and what came of it.</param>
/// <param name="State">The state it was done in: <c>calm</c>, <c>routine</c>, <c>critical</c> or <c>refusing</c>.</param>
/// <param name="UsedBytes">Memory in use before.</param>
/// <param name="FreedBytes">What it gave back, as measured.</param>
/// <param name="ClaimedBytes">What it says it gave back.</param>
/// <param name="TookMs">What it cost in time.</param>
/// <param name="SlowestRequestMs">The slowest request that ended meanwhile; 0 when none did.</param>
/// <param name="Failure">Why it failed, or null.</param>
public sealed record PressureAction(
    long Id, DateTimeOffset Time, string Step, string Reason, string State, long UsedBytes, long FreedBytes, long ClaimedBytes,
    double TookMs, double SlowestRequestMs, string? Failure);
