using Spectre.Console;
using Thermocline.Sidecar.Commands;
using Thermocline.Sidecar.Import;

namespace Thermocline.Sidecar.Export;

/// <summary>Shows how far an export is: a bar on a terminal, a line now and then elsewhere. Always on standard error.</summary>
internal static class ExportDisplay
{
    public static Task<bool> ShowAsync(
        Surroundings surroundings, long recordsAtMost, Func<IProgress<(long Records, long Bytes)>, Task<bool>> run) =>
        surroundings.ErrorIsTerminal
            ? ShowBarAsync(surroundings.Error, recordsAtMost, run)
            : run(new LineProgress(surroundings, recordsAtMost));

    private static Task<bool> ShowBarAsync(
        TextWriter error, long recordsAtMost, Func<IProgress<(long Records, long Bytes)>, Task<bool>> run)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                ProgressTask bar = context.AddTask("exporting", maxValue: Math.Max(1, recordsAtMost));
                bar.IsIndeterminate = recordsAtMost == 0;
                return run(new BarProgress(bar));
            });
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<(long Records, long Bytes)>
    {
        public void Report((long Records, long Bytes) value)
        {
            bar.Value = value.Records;
            bar.Description = $"{value.Records:N0} records, {Quantities.Bytes(value.Bytes)}";
        }
    }

    private sealed class LineProgress(Surroundings surroundings, long recordsAtMost) : IProgress<(long Records, long Bytes)>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private readonly long _started = surroundings.Time.GetTimestamp();
        private TimeSpan _shown;

        public void Report((long Records, long Bytes) value)
        {
            TimeSpan elapsed = surroundings.Time.GetElapsedTime(_started);
            if (elapsed - _shown < Interval)
                return;
            _shown = elapsed;
            string all = recordsAtMost > 0 ? $" of about {recordsAtMost:N0}" : "";
            surroundings.Error.WriteLine(
                $"{value.Records:N0}{all} records, {Quantities.Bytes(value.Bytes)}, {Quantities.Bytes(value.Bytes / elapsed.TotalSeconds)}/s");
        }
    }
}
