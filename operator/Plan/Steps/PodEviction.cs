namespace Thermocline.Operator.Plan.Steps;

/// <summary>A pod that is asked to go, as its disruption budgets allow.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Uid">Which of that name.</param>
/// <param name="Why">Why, for people.</param>
internal sealed record PodEviction(string Pod, string Uid, string Why);
