using System.Globalization;
using Thermocline.Testing.Budget;

namespace Thermocline.Benchmarks.Budget;

/// <summary>The samples of a run as a table: one line a sample, bytes.</summary>
internal static class BudgetCsv
{
    public static void Write(string path, IReadOnlyList<BudgetSample> samples)
    {
        string[] components = NamesOf(samples.Select(static sample => sample.Components.Keys));
        string[] memory = NamesOf(samples.Select(static sample => sample.Pressure.Memory.Keys));
        using var file = new StreamWriter(path);
        file.WriteLine(string.Join(',',
        [
            "seconds", "workingSet", "usage", "inactiveFile", "anonymous", "cgroupLimit", "maxUsage", "oomKills", "resident", "budget",
            "state", "used", "high", "critical", "hotTarget", "written", "refusals",
            .. components.Select(static name => "ledger_" + name), .. memory.Select(static name => "memory_" + name),
        ]));
        foreach (BudgetSample sample in samples)
            file.WriteLine(string.Join(',', Fields(sample, components, memory)));
    }

    private static IEnumerable<string> Fields(BudgetSample sample, string[] components, string[] memory)
    {
        long[] numbers =
        [
            sample.Cgroup.WorkingSetBytes, sample.Cgroup.UsageBytes, sample.Cgroup.InactiveFileBytes, sample.Cgroup.AnonymousBytes,
            sample.Cgroup.LimitBytes, sample.Cgroup.MaxUsageBytes, sample.Cgroup.OomKills, sample.ResidentBytes, sample.BudgetBytes,
        ];
        long[] more =
        [
            sample.Pressure.UsedBytes, sample.Pressure.HighBytes, sample.Pressure.CriticalBytes, sample.Pressure.HotTargetBytes,
            sample.WrittenBytes, sample.Refusals,
        ];
        return
        [
            sample.At.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture),
            .. numbers.Select(Text), sample.Pressure.State, .. more.Select(Text),
            .. components.Select(name => sample.Components.TryGetValue(name, out long bytes) ? Text(bytes) : ""),
            .. memory.Select(name => sample.Pressure.Memory.TryGetValue(name, out double figure) ? figure.ToString(CultureInfo.InvariantCulture) : ""),
        ];
    }

    private static string[] NamesOf(IEnumerable<IEnumerable<string>> names) =>
        [.. names.SelectMany(static each => each).Distinct().Order(StringComparer.Ordinal)];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
