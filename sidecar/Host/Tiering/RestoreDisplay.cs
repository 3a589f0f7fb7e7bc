using Spectre.Console;
using Thermocline.Sidecar.Commands;
using Thermocline.Sidecar.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Tiering;

/// <summary>Shows how far a restoration is: a bar on a terminal, a line now and then elsewhere. Always on standard error.</summary>
internal static class RestoreDisplay
{
    public static Task<RestoreReport> ShowAsync(
        Surroundings surroundings, Func<IProgress<RestoreProgress>, Task<RestoreReport>> run) =>
        surroundings.ErrorIsTerminal ? ShowBarAsync(surroundings.Error, run) : run(new LineProgress(surroundings));

    private static Task<RestoreReport> ShowBarAsync(TextWriter error, Func<IProgress<RestoreProgress>, Task<RestoreReport>> run)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => run(new BarProgress(context.AddTask("restoring"))));
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value)
        {
            bar.MaxValue = Math.Max(1, value.BytesAll);
            bar.Value = value.Bytes;
            bar.Description = $"{value.Segments:N0} of {value.SegmentsAll:N0} segments";
        }
    }

    private sealed class LineProgress(Surroundings surroundings) : IProgress<RestoreProgress>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

        private readonly long _started = surroundings.Time.GetTimestamp();
        private TimeSpan _shown;

        public void Report(RestoreProgress value)
        {
            TimeSpan elapsed = surroundings.Time.GetElapsedTime(_started);
            if (elapsed - _shown < Interval)
                return;
            _shown = elapsed;
            surroundings.Error.WriteLine(
                $"{value.Segments:N0} of {value.SegmentsAll:N0} segments, {Quantities.Bytes(value.Bytes)} of {Quantities.Bytes(value.BytesAll)}");
        }
    }
}
