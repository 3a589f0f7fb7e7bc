namespace Thermocline.Testing.Budget;

/// <summary>What one step of the ladder did since the start.</summary>
public sealed record StepView(string Step, long Runs, long FreedBytes, double Seconds, long Failures);
