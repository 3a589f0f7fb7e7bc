using System.Globalization;
using System.Text.Json;
using Thermocline.Benchmarks.Report;
using Thermocline.Testing;
using Thermocline.Testing.Scale;

namespace Thermocline.Benchmarks.Scale;

/// <summary>The operator at scale, with a real API server and objects alone. Not a race: what it takes is recorded.</summary>
internal sealed class ScaleBenchmark : IBenchmark
{
    private const string Missing = "no operator to measure: run ./build, or build operator in Release, or give --operator FILE";
    private const double Mebibyte = 1 << 20;

    public string Name => "operator";

    public string Summary => "the operator with 200 clusters and 5,000 pods on a real API server: time, requests, memory";

    public void Run(BenchSession session) => RunAsync(session).GetAwaiter().GetResult();

    private async Task RunAsync(BenchSession session)
    {
        ScaleArguments asked = session.Arguments.Scale;
        if (Find(asked.Operator) is not { } program)
        {
            session.Skip(Missing);
            return;
        }
        ScaleOptions options = asked.OptionsFor(program, session.Quick);
        (ScaleReport? report, string missing) = await ScaleDriver.RunAsync(options, new Lines(session.Say), session.Cancellation);
        if (report is null)
        {
            session.Skip(missing);
            return;
        }
        Tell(session, report);
        foreach (Row row in RowsOf(report))
            session.Add(row);
        if (asked.Out is { } file)
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, ScaleReportJson.Default.ScaleReport) + "\n", session.Cancellation);
    }

    private static string? Find(string? named)
    {
        if (named is not null)
            return File.Exists(named) ? named : null;
        string root = RepositoryRoot.Find() ?? Environment.CurrentDirectory;
        string[] candidates =
        [
            Path.Combine(root, "out", "thermocline-operator"),
            Path.Combine(root, "artifacts", "bin", "Thermocline.Operator", "release", "thermocline-operator"),
        ];
        return candidates.FirstOrDefault(File.Exists);
    }

    private static void Tell(BenchSession session, ScaleReport report)
    {
        session.Say(string.Create(CultureInfo.InvariantCulture,
            $"{report.Clusters:N0} clusters in {report.Namespaces} namespaces, {report.Pods:N0} pods, {report.PodsAttached:N0} of them attached"));
        session.Say(report.About);
        session.Say("the API server, its etcd and the operator share this machine; requests are the operator's, its lease included");
        session.Say("\n| phase | seconds | requests | writes | requests/s | rounds | processor s | resident MiB | anonymous MiB | peak MiB | requests about the one |");
        session.Say("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (ScalePhase phase in report.Phases)
        {
            session.Say(string.Create(CultureInfo.InvariantCulture,
                $"| {phase.Name} | {phase.Seconds:0.00} | {phase.Requests:N0} | {phase.Writes:N0} | {phase.RequestsPerSecond:0.0} | {phase.Rounds:N0} "
                + $"| {phase.CpuSeconds:0.00} | {phase.Memory.Resident / Mebibyte:0} | {phase.Memory.Anonymous / Mebibyte:0} | {phase.Memory.Peak / Mebibyte:0} "
                + $"| {(phase.Own is { } own ? $"{own.Reads} reads, {own.Writes} writes in {phase.Counted:0.0} s" : "")} |"));
        }
        session.Say(string.Create(CultureInfo.InvariantCulture,
            $"after the kill it led again after {report.LeadsAgainSeconds:0.0} s: the lease of the dead one had to run out"));
    }

    private IEnumerable<Row> RowsOf(ScaleReport report)
    {
        foreach (ScalePhase phase in report.Phases)
        {
            yield return Of(phase, "time", phase.Seconds, "s");
            yield return Of(phase, "requests", phase.Requests, "requests");
            yield return Of(phase, "requests a second", phase.RequestsPerSecond, "requests/s");
            yield return Of(phase, "processor", phase.CpuSeconds, "s");
            yield return Of(phase, "resident at its end", phase.Memory.Resident / Mebibyte, "MiB");
            yield return Of(phase, "peak", phase.Memory.Peak / Mebibyte, "MiB");
            if (phase.Own is { } own)
                yield return Of(phase, "requests about the cluster", own.Reads + own.Writes, "requests");
        }

        Row Of(ScalePhase phase, string what, double figure, string unit) => new()
        {
            Benchmark = Name,
            Case = string.Create(CultureInfo.InvariantCulture, $"{report.Clusters:N0} clusters, {report.Pods:N0} pods, {phase.Name}: {what}"),
            Engine = EngineNames.Ours,
            Figure = figure,
            Unit = unit,
        };
    }

    /// <summary>Says each line at once and in order.</summary>
    private sealed class Lines(Action<string> say) : IProgress<string>
    {
        public void Report(string value) => say(value);
    }
}
