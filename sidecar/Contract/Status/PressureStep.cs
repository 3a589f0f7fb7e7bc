namespace Thermocline.Contract.Status;

/// <summary>One step of the ladder. Counters count since the sidecar started.</summary>
/// <param name="Step">Its name.</param>
/// <param name="From">The state from which on it is taken.</param>
/// <param name="Runs">How often it was taken.</param>
/// <param name="FreedBytes">What it gave back, as measured.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="Failures">Runs that failed.</param>
/// <param name="PredictedSecondsPerMebibyte">What the next mebibyte is predicted to cost, now and later. Steps are taken in this order.</param>
public sealed record PressureStep(
    string Step, string From, long Runs, long FreedBytes, double Seconds, long Failures, double PredictedSecondsPerMebibyte);
