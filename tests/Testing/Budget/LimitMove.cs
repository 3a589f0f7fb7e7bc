namespace Thermocline.Testing.Budget;

/// <summary>A change of the limits while the load goes on.</summary>
/// <param name="AtShare">When: the share of the bytes that are written by then.</param>
/// <param name="BudgetBytes">The new <c>budget.limit</c>.</param>
/// <param name="CgroupBytes">The new limit of the cgroup.</param>
/// <param name="Notice">When both go down, how long before the cgroup the budget does, as an operator would.</param>
public sealed record LimitMove(double AtShare, long BudgetBytes, long CgroupBytes, TimeSpan Notice);
