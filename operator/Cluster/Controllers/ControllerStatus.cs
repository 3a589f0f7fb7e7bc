namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>What came of the work since the start.</summary>
/// <param name="Successes">Times it went well.</param>
/// <param name="Requeues">Times it went well and asked to come again.</param>
/// <param name="Failures">Times it failed.</param>
/// <param name="LastFailure">The last failure with the object it was about, or null.</param>
internal sealed record ControllerStatus(long Successes, long Requeues, long Failures, string? LastFailure);
