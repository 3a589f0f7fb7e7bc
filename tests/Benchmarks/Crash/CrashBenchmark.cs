using Thermocline.Benchmarks.Http;
using Thermocline.Benchmarks.Report;
using Thermocline.Testing.Crash;

namespace Thermocline.Benchmarks.Crash;

/// <summary>The full count of kills under write load. Not a race: the figure is what was found wrong, and it has to be nothing.</summary>
internal sealed class CrashBenchmark : IBenchmark
{
    public string Name => "crash";

    public string Summary => "kill -9 of the sidecar 200 times under write load; every acknowledged write is looked for afterwards";

    public void Run(BenchSession session)
    {
        if (MeasuredSidecar.Find(session.Arguments.Sidecar) is not { } executable)
        {
            session.Skip(MeasuredSidecar.Missing);
            return;
        }
        var options = new CrashOptions
        {
            Program = executable.EndsWith(".dll", StringComparison.Ordinal) ? new("dotnet", [executable]) : new(executable, []),
            DataFolder = Path.Combine(session.NewFolder("crash"), "data"),
            Rounds = session.Quick ? 10 : 200,
            Seed = (int)(session.Arguments.Seed & int.MaxValue),
        };
        CrashReport report = CrashDriver.RunAsync(options, new ProgressLines(session.Say), session.Cancellation).GetAwaiter().GetResult();
        session.Say(report.ToString());
        session.Add(new Row
        {
            Benchmark = Name,
            Case = $"{report.Kills} kills under load, {report.KillsDuringStart} during start, {report.AcknowledgedWrites:N0} acknowledged writes",
            Engine = EngineNames.Ours,
            Figure = report.Violations.Count,
            Unit = "lost, stale or torn values",
            GoalAtMost = 0,
        });
        if (report.Violations.Count > 0)
            throw new InvalidOperationException(string.Join('\n', report.Violations));
    }

    /// <summary>Says each line at once and in order, where <see cref="Progress{T}"/> would post it to the thread pool.</summary>
    private sealed class ProgressLines(Action<string> say) : IProgress<string>
    {
        public void Report(string value) => say(value);
    }
}
