using Thermocline.Operator.Observe;

namespace Thermocline.Operator.Apply;

/// <summary>What came of a plan.</summary>
/// <param name="Answers">What its steps were answered, and those of earlier ones that still count.</param>
/// <param name="StatusVersion">Version of the cluster after its status was written; null when it was not.</param>
internal sealed record AppliedPlan(StepAnswers Answers, string? StatusVersion);
