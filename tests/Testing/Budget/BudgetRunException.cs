namespace Thermocline.Testing.Budget;

/// <summary>The run cannot go on: the sidecar answered what it must not, or refuses for too long.</summary>
public sealed class BudgetRunException(string message) : Exception(message);
