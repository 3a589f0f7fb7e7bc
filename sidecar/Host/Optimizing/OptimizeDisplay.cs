using Spectre.Console;
using Thermocline.Contract.Status;
using Thermocline.Memory.Pruning;
using Thermocline.Sidecar.Commands;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>Shows how far an optimisation is: a bar on a terminal, a line now and then elsewhere. Always on standard error.</summary>
internal static class OptimizeDisplay
{
    public static Task<OptimizeReport> ShowAsync(
        Surroundings surroundings, long records, Func<IProgress<PruneFigures>, Task<OptimizeReport>> run) =>
        surroundings.ErrorIsTerminal ? ShowBarAsync(surroundings.Error, records, run) : run(new LineProgress(surroundings, records));

    private static Task<OptimizeReport> ShowBarAsync(
        TextWriter error, long records, Func<IProgress<PruneFigures>, Task<OptimizeReport>> run)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(context => run(new BarProgress(context.AddTask("looking", maxValue: Math.Max(1, records)))));
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<PruneFigures>
    {
        public void Report(PruneFigures value)
        {
            bar.Value = value.Scanned;
            bar.Description = value.Scanned >= bar.MaxValue ? "packing" : $"{value.Scanned:N0} records, {value.Chosen:N0} chosen";
        }
    }

    private sealed class LineProgress(Surroundings surroundings, long records) : IProgress<PruneFigures>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private readonly long _started = surroundings.Time.GetTimestamp();
        private TimeSpan _shown;

        public void Report(PruneFigures value)
        {
            TimeSpan elapsed = surroundings.Time.GetElapsedTime(_started);
            if (elapsed - _shown < Interval)
                return;
            _shown = elapsed;
            surroundings.Error.WriteLine($"{value.Scanned:N0} of about {records:N0} records, {value.Chosen:N0} chosen, {value.Deleted:N0} deleted");
        }
    }
}
