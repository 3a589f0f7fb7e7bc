namespace Thermocline.Operator.Plan.Steps;

/// <summary>Memory that our container of a running pod is to have.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Uid">Which of that name.</param>
/// <param name="SidecarAt">Where our container stands among the init containers.</param>
/// <param name="Limit">The limit, as a quantity.</param>
/// <param name="Request">The request, when it has to change too: no request is above its limit, and one that was equal stays equal.</param>
internal sealed record PodResize(string Pod, string Uid, int SidecarAt, string Limit, string? Request);
