using System.Globalization;
using Thermocline.Benchmarks.Report;
using Thermocline.Testing.Budget;

namespace Thermocline.Benchmarks.Budget;

/// <summary>What a run of "budget" is told as.</summary>
internal static class BudgetSummary
{
    private const double Mebibyte = 1 << 20;

    /// <summary>What must not be; empty when the budget held and every record came back.</summary>
    public static IReadOnlyList<string> FaultsOf(BudgetReport report)
    {
        List<string> faults = [];
        if (report.OomKills > 0)
            faults.Add($"The kernel killed {report.OomKills} process for want of memory.");
        if (report.EndedEarly is { } ended)
            faults.Add(ended);
        if (report.MistakeCount > 0)
            faults.Add($"{report.MistakeCount:N0} reads were wrong: {string.Join("; ", report.Mistakes.Take(10))}");
        if (!report.Interrupted && report.Walked < report.Records)
            faults.Add($"{report.Records - report.Walked:N0} records were not read back.");
        if (report.HeadroomMin < 0)
            faults.Add("The working set was above the cgroup's limit.");
        return faults;
    }

    public static IEnumerable<string> LinesOf(BudgetReport report)
    {
        yield return report.OomKills == 0 && report.EndedEarly is null
            ? "never killed: oom_kill 0, alive to the end"
            : $"oom_kill {report.OomKills}; {report.EndedEarly}";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{report.Records:N0} records, {report.NewBytes / Mebibyte:N0} MiB and {report.OverwrittenBytes / Mebibyte:N0} MiB overwritten in {report.WriteTime.TotalSeconds:0.0} s; "
            + $"{report.Walked:N0} read back in {report.WalkTime.TotalSeconds:0.0} s, {report.Reads:N0} at random meanwhile; {report.MistakeCount:N0} wrong");
        yield return string.Create(CultureInfo.InvariantCulture,
            $"working set at most {report.WorkingSetMax / Mebibyte:0.0} MiB, headroom at least {report.HeadroomMin / Mebibyte:0.0} MiB; "
            + $"of {report.Samples.Count:N0} samples {report.ResidentAboveBudget:N0} had the resident set above the budget, {report.WorkingSetAboveBudget:N0} the working set");
        foreach (string move in report.Moves)
            yield return move;
        foreach (StepView step in report.Pressure.Steps.Where(static step => step.Runs > 0))
            yield return string.Create(CultureInfo.InvariantCulture,
                $"step {step.Step}: {step.Runs:N0} times, {step.FreedBytes / Mebibyte:N1} MiB freed in {step.Seconds:0.000} s, {step.Failures} failures");
        if (report.Pressure.State == "unwatched")
            yield return "this sidecar says nothing of its pressure";
        if (report.UnansweredLooks > 0)
            yield return $"{report.UnansweredLooks} times it did not answer /v1/pressure or /v1/status";
        if (report.Pressure.Culprit is { } culprit)
            yield return $"culprit: {culprit}";
        yield return report.Refusals.Count == 0
            ? "no write was refused"
            : "refused writes: " + string.Join(", ", report.Refusals.Select(static each => $"{each.Key} {each.Value:N0}"));
    }

    public static IEnumerable<Row> RowsOf(string benchmark, BudgetOptions options, BudgetReport report)
    {
        string title = $"{options.Bytes >> 20:N0} MiB through {options.BudgetBytes >> 20} MiB";
        Row Of(string what, double figure, string unit) => new()
        {
            Benchmark = benchmark,
            Case = $"{title}: {what}",
            Engine = EngineNames.Ours,
            Figure = figure,
            Unit = unit,
        };
        yield return Of("killed", report.OomKills, "times") with { GoalAtMost = 0 };
        yield return Of("records lost or wrong", report.MistakeCount, "records") with { GoalAtMost = 0 };
        yield return Of("working set, most", report.WorkingSetMax / Mebibyte, "MiB");
        yield return Of("headroom, least", report.HeadroomMin / Mebibyte, "MiB") with { GoalAtLeast = 0 };
        yield return Of("samples with the resident set above the budget", report.ResidentAboveBudget, "samples") with { GoalAtMost = 0 };
        yield return Of("written", (report.NewBytes + report.OverwrittenBytes) / Mebibyte / Math.Max(report.WriteTime.TotalSeconds, 0.001), "MiB/s");
        yield return Of("refused writes", report.Refusals.Values.Sum(), "batches");
        foreach ((ReadPhase phase, bool hot) in Enum.GetValues<ReadPhase>().SelectMany(static phase => new[] { (phase, true), (phase, false) }))
        {
            if (report.Latencies.Count(phase, hot) is > 0 and var count)
            {
                yield return Of($"reads {(hot ? "from RAM" : "from disk")}, {phase.ToString().ToLowerInvariant()}", count, "reads") with
                {
                    P50Us = report.Latencies.PercentileUs(phase, hot, 50),
                    P99Us = report.Latencies.PercentileUs(phase, hot, 99),
                };
            }
        }
    }
}
