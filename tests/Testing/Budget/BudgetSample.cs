using Thermocline.Testing.Cgroups;

namespace Thermocline.Testing.Budget;

/// <summary>Everything known at one moment of a run.</summary>
/// <param name="At">Time since the start of the load.</param>
/// <param name="Cgroup">What the kernel says of the group.</param>
/// <param name="ResidentBytes">What it says of the process.</param>
/// <param name="BudgetBytes">The <c>budget.limit</c> in the configuration file.</param>
/// <param name="Pressure">The last answer of <c>/v1/pressure</c>.</param>
/// <param name="Components">The ledger of the last answer of <c>/v1/status</c>.</param>
/// <param name="WrittenBytes">Bytes of records acknowledged so far.</param>
/// <param name="Refusals">Writes refused so far.</param>
public sealed record BudgetSample(
    TimeSpan At, CgroupReading Cgroup, long ResidentBytes, long BudgetBytes, PressureView Pressure,
    IReadOnlyDictionary<string, long> Components, long WrittenBytes, long Refusals);
