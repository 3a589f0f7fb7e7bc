namespace Thermocline.Testing.Budget;

/// <summary>How far a run has come.</summary>
/// <param name="What">What is going on.</param>
/// <param name="Share">The share of it that is done, 0 to 1.</param>
public readonly record struct BudgetProgress(string What, double Share);
