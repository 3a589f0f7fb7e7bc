using System.Diagnostics;
using System.Globalization;
using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Budget;

/// <summary>
/// Writes far more records to a sidecar than its budget has room for, in a cgroup that kills it when it takes more, while
/// others read at random; then reads back every record and compares it byte by byte.
/// </summary>
public sealed class BudgetDriver
{
    private readonly BudgetOptions _options;
    private readonly IProgress<BudgetProgress> _progress;
    private readonly BudgetState _state;
    private readonly BudgetRecords _records;
    private readonly BudgetMistakes _mistakes = new();
    private readonly RefusalCounts _refusals = new();
    private readonly ReadLatencies _latencies = new();
    private BudgetReport _report = new();

    private BudgetDriver(BudgetOptions options, IProgress<BudgetProgress> progress)
    {
        _options = options;
        _progress = progress;
        _state = BudgetState.Open(options);
        _records = new BudgetRecords(options);
    }

    private string DataFolder => Path.Combine(_options.Folder, "data");

    private string ConfigurationFile => Path.Combine(_options.Folder, "thermocline.yaml");

    /// <summary>Runs to the end, or until the sidecar ends, or until cancelled: then the folder can be gone on with.</summary>
    public static async Task<BudgetReport> RunAsync(
        BudgetOptions options, IProgress<BudgetProgress> progress, CancellationToken cancellation)
    {
        var driver = new BudgetDriver(options, progress);
        driver.WriteConfiguration(options.BudgetBytes);
        await using SidecarProcess sidecar = SidecarProcess.Serve(
            options.Cgroup.Around(options.Program), driver.DataFolder, "--config", driver.ConfigurationFile);
        if (await sidecar.ReadyAsync(cancellation) is not { } address)
            return await driver.NotStartedAsync(sidecar);
        using var client = BudgetClient.Connect(address, Path.Combine(driver.DataFolder, "admin.token"));
        await driver.RunAsync(sidecar, client, cancellation);
        driver._state.Save();
        return await driver.EndAsync(sidecar);
    }

    private async Task RunAsync(SidecarProcess sidecar, BudgetClient client, CancellationToken cancellation)
    {
        using var end = new CancellationTokenSource();
        var watch = new BudgetWatch(_options, sidecar, _state, _refusals);
        Task[] watching = [watch.SampleAsync(end.Token), watch.AskAsync(client, end.Token)];
        try
        {
            await LoadAsync(client, watch, cancellation);
            long walk = Stopwatch.GetTimestamp();
            await new BudgetWalk(_state, _records, _mistakes, _progress).RunAsync(client, cancellation);
            _report = _report with { WalkTime = Stopwatch.GetElapsedTime(walk) };
            await watch.LookAsync(client, CancellationToken.None);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or BudgetRunException or OperationCanceledException)
        {
            _report = _report with { EndedEarly = failure.Message };
        }

        await end.CancelAsync();
        await Task.WhenAll(watching);
        _report = _report with
        {
            Interrupted = cancellation.IsCancellationRequested,
            Samples = watch.Samples,
            Actions = [.. watch.Actions.OrderBy(static each => each.At)],
            Pressure = watch.Pressure,
            UnansweredLooks = watch.Unanswered,
        };
    }

    private async Task LoadAsync(BudgetClient client, BudgetWatch watch, CancellationToken cancellation)
    {
        using var stopReaders = new CancellationTokenSource();
        using var stopWriters = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long started = Stopwatch.GetTimestamp();
        var mover = new LimitMover(_options, _state, watch, WriteConfiguration);
        BudgetReader[] readers =
        [
            .. Enumerable.Range(0, _options.Readers).Select(i => new BudgetReader(
                i, _options, _state, new RecordCheck(_state, _records, _mistakes), watch, _latencies)),
        ];
        Task[] beside =
        [
            .. readers.Select(reader => StoppingOthersAsync(reader.RunAsync(client, stopReaders.Token), stopWriters)),
            StoppingOthersAsync(mover.RunAsync(stopReaders.Token), stopWriters),
            TellAsync(stopReaders.Token),
        ];
        Task[] writers =
        [
            .. Enumerable.Range(0, _options.Writers).Select(stripe => StoppingOthersAsync(
                new BudgetWriter(stripe, _options, _state, _records, _refusals, () => mover.WillMove).RunAsync(client, stopWriters.Token),
                stopWriters)),
        ];
        await Task.WhenAll(writers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopReaders.CancelAsync();
        await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _report = _report with
        {
            WriteTime = Stopwatch.GetElapsedTime(started),
            Moves = mover.Log,
            Reads = readers.Sum(static reader => reader.Reads),
        };
        await Task.WhenAll([.. writers, .. beside]);
    }

    /// <summary>What one client was told concerns them all: the first that fails stops the others.</summary>
    private static async Task StoppingOthersAsync(Task work, CancellationTokenSource others)
    {
        try
        {
            await work;
        }
        catch
        {
            await others.CancelAsync();
            throw;
        }
    }

    private async Task TellAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                _progress.Report(new BudgetProgress("bytes written", (double)_state.NewBytes / _options.Bytes));
        }
        catch (OperationCanceledException)
        {
            // The load has ended.
        }
    }

    private async Task<BudgetReport> NotStartedAsync(SidecarProcess sidecar)
    {
        int? code = await sidecar.ExitAsync(CancellationToken.None);
        return _report with
        {
            RefusedToStart = $"exit code {code?.ToString(CultureInfo.InvariantCulture) ?? "none: it hung"}: {sidecar.Output}",
            OomKills = _options.Cgroup.Read().OomKills,
            Output = sidecar.Output,
        };
    }

    private async Task<BudgetReport> EndAsync(SidecarProcess sidecar)
    {
        bool gone = sidecar.HasExited;
        int? code = gone ? await sidecar.ExitAsync(CancellationToken.None) : await sidecar.StopAsync(CancellationToken.None);
        string? ended = _report.EndedEarly;
        // Ctrl-C on a terminal reaches the sidecar too, and it stops as it was asked.
        if (gone && !(_report.Interrupted && code == 0))
            ended = $"The process ended by itself with code {code}. {ended}";
        else if (!gone && code != 0)
            ended = $"Told to stop, it ended with code {code?.ToString(CultureInfo.InvariantCulture) ?? "none: it hung"}. {ended}";
        return _report with
        {
            EndedEarly = ended,
            OomKills = _options.Cgroup.Read().OomKills,
            Records = _state.Versions.End,
            NewBytes = _state.NewBytes,
            OverwrittenBytes = _state.OverwrittenBytes,
            Refusals = _refusals.Copy(),
            Walked = _state.Walked,
            MistakeCount = _mistakes.Count,
            Mistakes = _mistakes.Kept,
            Latencies = _latencies,
            Output = sidecar.Output,
        };
    }

    private void WriteConfiguration(long budgetBytes)
    {
        string cold = _options.ColdFolder is { } folder
            ? $"{{kind: folder, path: \"{folder}\", shipIntervalSeconds: 1, archiveAfterDays: 0}}"
            : "{kind: none}";
        // Swapped whole: the sidecar may look at any moment.
        string aside = ConfigurationFile + ".new";
        File.WriteAllText(aside, $"budget: {{limit: {budgetBytes.ToString(CultureInfo.InvariantCulture)}}}\ntiers:\n  cold: {cold}\n");
        File.Move(aside, ConfigurationFile, overwrite: true);
    }
}
