using Spectre.Console;
using Thermocline.Memory.Import;
using Thermocline.Sidecar.Commands;

namespace Thermocline.Sidecar.Import;

/// <summary>Shows how far an import is: a bar on a terminal, a line now and then elsewhere. Always on standard error.</summary>
internal static class ImportDisplay
{
    public static Task<ImportSummary> ShowAsync(
        Surroundings surroundings, long totalBytes, Func<IProgress<ImportSummary>, Task<ImportSummary>> run) =>
        surroundings.ErrorIsTerminal
            ? ShowBarAsync(surroundings.Error, totalBytes, run)
            : run(new LineProgress(surroundings, totalBytes));

    private static Task<ImportSummary> ShowBarAsync(
        TextWriter error, long totalBytes, Func<IProgress<ImportSummary>, Task<ImportSummary>> run)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => run(new BarProgress(context.AddTask("importing", maxValue: Math.Max(1, totalBytes)))));
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<ImportSummary>
    {
        public void Report(ImportSummary value)
        {
            bar.Value = value.FileBytes;
            bar.Description = $"{value.Records + value.Present:N0} records";
        }
    }

    private sealed class LineProgress(Surroundings surroundings, long totalBytes) : IProgress<ImportSummary>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private readonly long _started = surroundings.Time.GetTimestamp();
        private TimeSpan _shown;

        public void Report(ImportSummary value)
        {
            TimeSpan elapsed = surroundings.Time.GetElapsedTime(_started);
            if (elapsed - _shown < Interval)
                return;
            _shown = elapsed;
            double rate = value.FileBytes / elapsed.TotalSeconds;
            double left = rate > 0 ? Math.Max(0, totalBytes - value.FileBytes) / rate : 0;
            surroundings.Error.WriteLine(
                $"{value.Records + value.Present:N0} records, {Quantities.Bytes(value.FileBytes)} of {Quantities.Bytes(totalBytes)}, "
                + $"{Quantities.Bytes(rate)}/s, {Quantities.Time(TimeSpan.FromSeconds(left))} left");
        }
    }
}
