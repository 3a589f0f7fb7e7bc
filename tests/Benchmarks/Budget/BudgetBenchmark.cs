using System.Globalization;
using Thermocline.Benchmarks.Http;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Report;
using Thermocline.Testing.Budget;
using Thermocline.Testing.Cgroups;
using Thermocline.Testing.Processes;

namespace Thermocline.Benchmarks.Budget;

/// <summary>
/// The published sidecar under a real memory limit, with many times more records than the limit has room for. Not a race: it
/// must not be killed, and every record must come back.
/// </summary>
internal sealed class BudgetBenchmark : IBenchmark
{
    private const long FullBytes = 10L << 30;
    private const long QuickBytes = 256L << 20;
    private const long Limit = 256L << 20;
    private const long ShrinkFrom = 512L << 20;
    private const long ShrinkTo = 192L << 20;
    private const double Mebibyte = 1 << 20;

    private static readonly TimeSpan ShrinkNotice = TimeSpan.FromSeconds(8);

    public string Name => "budget";

    public string Summary => "10 GiB of records into a sidecar in a cgroup of 256 MiB, with random reads; every record compared";

    public void Run(BenchSession session) => RunAsync(session).GetAwaiter().GetResult();

    private async Task RunAsync(BenchSession session)
    {
        BudgetArguments asked = session.Arguments.Budget;
        if (MeasuredSidecar.Find(session.Arguments.Sidecar) is not { } executable)
        {
            session.Skip(MeasuredSidecar.Missing);
            return;
        }
        if (BudgetTexts.Find(session.Arguments.Seed, session.Cancellation) is not { } texts)
        {
            session.Skip(Corpus.MemoryCorpus.TooLittleText);
            return;
        }
        long limit = asked.Limit ?? (asked.Shrink ? ShrinkFrom : Limit);
        using MemoryCgroup? group = MemoryCgroup.Create("budget", limit, out string missing);
        if (group is null)
        {
            session.Skip(missing);
            return;
        }
        BudgetOptions options = OptionsOf(session, group, limit, texts, executable);
        if (NotEnoughSpace(options) is { } space)
        {
            session.Skip(space);
            return;
        }
        session.Say($"cgroup limit {limit >> 20} MiB, budget.limit {options.BudgetBytes >> 20} MiB, {options.Bytes / Mebibyte:N0} MiB of records, seed {options.Seed}");
        BudgetReport report = await BudgetDriver.RunAsync(options, new ProgressLine(session.Say), session.Cancellation);
        Tell(session, options, report);
    }

    private static BudgetOptions OptionsOf(BenchSession session, MemoryCgroup group, long limit, byte[][] texts, string executable)
    {
        BudgetArguments asked = session.Arguments.Budget;
        return new BudgetOptions
        {
            Program = ProgramOf(session, executable),
            Cgroup = group,
            BudgetBytes = limit - asked.Headroom,
            Folder = asked.Keep ?? session.NewFolder("budget"),
            Texts = texts,
            Bytes = asked.Bytes ?? (session.Quick ? QuickBytes : FullBytes),
            Seed = (int)(session.Arguments.Seed & int.MaxValue),
            Moves = asked.Shrink ? [new LimitMove(0.5, ShrinkTo - asked.Headroom, ShrinkTo, ShrinkNotice)] : [],
            ColdFolder = asked.Cold,
        };
    }

    /// <summary>
    /// A copy whose pages nobody has in memory yet, so that they are charged to the group and not to whoever built the program:
    /// the first pod on a node pays for them too.
    /// </summary>
    private static SidecarProgram ProgramOf(BenchSession session, string executable)
    {
        if (executable.EndsWith(".dll", StringComparison.Ordinal))
            return new SidecarProgram("dotnet", [executable]);
        string folder = session.NewFolder("program");
        string copy = Path.Combine(folder, Path.GetFileName(executable));
        File.Copy(executable, copy);
        PageCache.Drop(folder);
        return new SidecarProgram(copy, []);
    }

    // Raw segments wait for being packed, and packing writes the new file before it deletes the old ones.
    private static string? NotEnoughSpace(BudgetOptions options)
    {
        long wanted = (options.Bytes * 3 / 2) + (options.ColdFolder is null ? 0 : options.Bytes / 2) + (1L << 30);
        long free = new DriveInfo(Path.GetFullPath(options.Folder)).AvailableFreeSpace;
        return free >= wanted
            ? null
            : $"{options.Folder} has {free / Mebibyte:N0} MiB free, and {wanted / Mebibyte:N0} MiB may be needed: give --bytes, or another --folder";
    }

    private void Tell(BenchSession session, BudgetOptions options, BudgetReport report)
    {
        if (report.RefusedToStart is { } words)
        {
            session.Say($"The sidecar did not start with {options.BudgetBytes >> 20} MiB: {words}");
            if (report.OomKills > 0)
                throw new InvalidOperationException("It was killed for want of memory instead of saying what it needs.");
            return;
        }
        WriteFiles(session, options, report);
        foreach (string line in BudgetSummary.LinesOf(report))
            session.Say(line);
        foreach (Row row in BudgetSummary.RowsOf(Name, options, report))
            session.Add(row);
        if (report.Interrupted)
            throw new OperationCanceledException("Stopped.");
        if (BudgetSummary.FaultsOf(report) is { Count: > 0 } faults)
            throw new InvalidOperationException($"{string.Join('\n', faults)}\n{report.Output}");
    }

    private static void WriteFiles(BenchSession session, BudgetOptions options, BudgetReport report)
    {
        if (report.Samples.Count == 0)
            return;
        string folder = Directory.CreateDirectory(session.Arguments.Budget.Out).FullName;
        string name = string.Create(CultureInfo.InvariantCulture,
            $"budget-{options.BudgetBytes >> 20}Mi-{options.Bytes >> 20}Mi{(options.Moves.Count > 0 ? "-shrink" : "")}{(options.ColdFolder is null ? "" : "-cold")}");
        BudgetCsv.Write(Path.Combine(folder, name + ".csv"), report.Samples);
        BudgetPlot.Write(Path.Combine(folder, name + ".svg"), report, string.Create(CultureInfo.InvariantCulture,
            $"{report.NewBytes / Mebibyte:N0} MiB of records through a budget of {options.BudgetBytes >> 20} MiB"));
        session.Say($"samples and plot: {Path.Combine(folder, name)}.csv and .svg");
    }
}
