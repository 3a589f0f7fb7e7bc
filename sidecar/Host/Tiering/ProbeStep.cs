namespace Thermocline.Sidecar.Tiering;

/// <summary>One thing that was tried on the cold store.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="Passed">Whether it worked.</param>
/// <param name="Took">Time it took.</param>
/// <param name="Detail">What was found, or why it failed.</param>
/// <param name="Advice">What to do about a failure; empty when it worked.</param>
internal sealed record ProbeStep(string Name, bool Passed, TimeSpan Took, string Detail, string Advice);
