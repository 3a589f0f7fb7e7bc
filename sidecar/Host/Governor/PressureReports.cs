using Thermocline.Contract.Configuration;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Governor.Ladder;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Sidecar.Governor.Sensing;

namespace Thermocline.Sidecar.Governor;

/// <summary>Puts what the governor knows into the words of the contract.</summary>
internal static class PressureReports
{
    public static PressureReport Of(
        Governor governor, IReadOnlyList<StepRecord> steps, PressureState state, BudgetShares shares, long refused)
    {
        BudgetPlan plan = governor.Plan;
        MemoryReading reading = governor.Reading;
        return new PressureReport
        {
            State = PressureStates.Word(state),
            UsedBytes = reading.Used,
            LimitBytes = plan.Limit,
            HighBytes = plan.High,
            CriticalBytes = plan.Critical,
            RefuseBytes = plan.Refuse,
            RefusedWrites = refused,
            Culprit = state < PressureState.Critical ? null : Culprit.Of(governor.Accounts, reading, plan, shares),
            Memory = Of(reading),
            Steps = [.. steps.OrderBy(static each => each.Cost.SecondsPerMebibyte).Select(Of)],
            Actions = governor.Events.Recent,
        };
    }

    private static PressureStep Of(StepRecord record) => new(
        record.Step.Name, PressureStates.Word(record.Step.From), record.Runs, record.FreedBytes, record.Took.TotalSeconds,
        record.Failures, record.Cost.SecondsPerMebibyte);

    private static PressureMemory Of(in MemoryReading reading) => new()
    {
        ResidentBytes = reading.Resident,
        AnonymousBytes = reading.Anonymous,
        ManagedBytes = reading.ManagedHeap,
        ManagedCommittedBytes = reading.ManagedCommitted,
        NativeBytes = reading.Native,
        LedgerBytes = reading.Ledger,
        UnexplainedBytes = reading.Unexplained,
        CgroupUsageBytes = reading.Cgroup.Usage,
        CgroupLimitBytes = reading.Cgroup.Limit,
        WorkingSetBytes = reading.WorkingSet,
        LimitHits = reading.Cgroup.LimitHits,
        OomKills = reading.Cgroup.OomKills,
        StallSeconds = reading.StallSomeUs / 1e6,
        FullStallSeconds = reading.StallFullUs / 1e6,
    };
}
