using System.Text;
using Thermocline.Testing;
using Thermocline.Testing.Budget;
using Thermocline.Testing.Cgroups;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Budget;

/// <summary>The short form of <c>./bench budget</c>: more records than there is memory for, under a limit that kills.</summary>
public sealed class BudgetTests(ITestOutputHelper output)
{
    private const long Mebibyte = 1 << 20;

    private static readonly string[] Words =
    [
        "agent", "remembers", "segment", "memory", "compressed", "shipped", "before", "budget", "ran", "out", "user", "asked", "for",
        "deployment", "plan", "with", "rollback", "steps", "in", "cluster", "warm", "water", "below", "the", "surface", "of", "a", "sea",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twice_the_budget_in_records_is_taken_under_a_limit_that_kills_and_every_record_comes_back()
    {
        using MemoryCgroup group = MemoryCgroup.Need("budget", 160 * Mebibyte);
        BudgetReport report = await RunAsync(group, 160 * Mebibyte, 300 * Mebibyte, []);
        Held(report);
        Assert.Contains(report.Actions, static each => each.Action.Step != "state");
        Assert.Contains(report.Pressure.Steps, static step => step.Runs > 0);
    }

    [Fact]
    public async Task A_limit_that_is_lowered_while_records_come_in_is_kept()
    {
        using MemoryCgroup group = MemoryCgroup.Need("lowered", 256 * Mebibyte);
        BudgetReport report = await RunAsync(group, 256 * Mebibyte, 240 * Mebibyte,
            [new LimitMove(0.4, 144 * Mebibyte, 144 * Mebibyte, TimeSpan.FromSeconds(5))]);
        Held(report);
        Assert.Equal(2, report.Moves.Count);
        Assert.Equal(144 * Mebibyte, report.Samples[^1].Cgroup.LimitBytes);
        Assert.Contains(report.Actions, static each => each.Action.Step != "state");
    }

    private async Task<BudgetReport> RunAsync(MemoryCgroup group, long budget, long bytes, LimitMove[] moves)
    {
        using var folder = new TempFolder();
        var options = new BudgetOptions
        {
            Program = SidecarProgram.Need(),
            Cgroup = group,
            BudgetBytes = budget,
            Folder = folder.Path,
            Texts = Texts(),
            Bytes = bytes,
            Seed = Environment.TickCount & int.MaxValue,
            Moves = moves,
            RefusalLimit = TimeSpan.FromSeconds(25),
        };
        output.WriteLine($"seed {options.Seed}");
        BudgetReport report = await BudgetDriver.RunAsync(options, new Silent(), Cancellation);
        output.WriteLine($"working set at most {report.WorkingSetMax / Mebibyte} MiB, {report.Actions.Count} actions, "
            + $"refused: {string.Join(", ", report.Refusals)}; {string.Join("; ", report.Moves)}");
        return report;
    }

    private static void Held(BudgetReport report)
    {
        Assert.True(report.RefusedToStart is null, report.RefusedToStart);
        Assert.Equal(0, report.OomKills);
        Assert.True(report.EndedEarly is null, $"{report.EndedEarly}\n{report.Output}");
        Assert.True(report.MistakeCount == 0, string.Join('\n', report.Mistakes));
        Assert.Equal(report.Records, report.Walked);
        Assert.True(report.Reads > 0);
        Assert.All(report.Samples, static sample => Assert.InRange(sample.Cgroup.WorkingSetBytes, 0, sample.Cgroup.LimitBytes));
    }

    private static byte[][] Texts()
    {
        var random = new Random(5);
        var texts = new byte[4_000][];
        for (int i = 0; i < texts.Length; i++)
        {
            var text = new StringBuilder();
            for (int left = random.Next(20, 200); left > 0; left--)
                text.Append(random.Next(5) == 0 ? $"{random.Next(1_000_000)}" : Words[random.Next(Words.Length)]).Append(' ');
            texts[i] = Encoding.ASCII.GetBytes(text.ToString());
        }

        return texts;
    }

    private sealed class Silent : IProgress<BudgetProgress>
    {
        public void Report(BudgetProgress value)
        {
        }
    }
}
