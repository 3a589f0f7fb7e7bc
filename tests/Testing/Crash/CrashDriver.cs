using Thermocline.Testing.Processes;

namespace Thermocline.Testing.Crash;

/// <summary>
/// Kills a real sidecar under write load, again and again, and compares what it holds after each restart with every
/// answer it ever gave. A kill of the process proves recovery from any point of the write path; the loss of power, where
/// the operating system forgets too, is the business of <see cref="FaultyFiles"/>.
/// </summary>
public sealed class CrashDriver
{
    private const string Collection = "crash";
    private const int LoadMillisecondsMin = 5;
    private const int StartMillisecondsMax = 400;

    private readonly CrashOptions _options;
    private readonly IProgress<string> _progress;
    private readonly CrashTally _tally = new();
    private readonly CrashWriter[] _writers;
    private readonly Random _random;
    private int _kills;
    private int _killsDuringStart;
    private int _cleanStops;

    private CrashDriver(CrashOptions options, IProgress<string> progress)
    {
        _options = options;
        _progress = progress;
        _random = new Random(options.Seed);
        _writers =
        [
            .. Enumerable.Range(0, options.Writers)
                .Select(i => new CrashWriter(i, options.KeysPerWriter, options.Seed, _tally)),
        ];
    }

    /// <summary>Runs all rounds, then stops cleanly and checks once more. The first violations end the run early.</summary>
    public static async Task<CrashReport> RunAsync(
        CrashOptions options, IProgress<string> progress, CancellationToken cancellation)
    {
        var driver = new CrashDriver(options, progress);
        await driver.RunRoundsAsync(cancellation);
        return driver._tally.Report(options.Seed, driver._kills, driver._killsDuringStart, driver._cleanStops);
    }

    private async Task RunRoundsAsync(CancellationToken cancellation)
    {
        for (int round = 1; _kills < _options.Rounds && _tally.Violations == 0; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Chance(_options.KillDuringStartOneIn))
            {
                await KillDuringStartAsync(cancellation);
            }

            bool clean = _options.CleanStopEvery > 0 && round % (_options.CleanStopEvery + 1) == 0;
            await RunRoundAsync($"Round {round}", clean ? LoadThenStopAsync : LoadThenKillAsync, cancellation);
            _progress.Report($"{_kills} of {_options.Rounds} kills: "
                + $"{_tally.AcknowledgedWrites} acknowledged writes, {_tally.Violations} violations");
        }

        if (_tally.Violations == 0)
        {
            // What the last kill left is checked, and what a stop without load makes of it once more.
            await RunRoundAsync("After the last kill", (_, sidecar) => StopAsync(sidecar, cancellation), cancellation);
            await RunRoundAsync("After the last stop", (_, sidecar) => StopAsync(sidecar, cancellation), cancellation);
        }
    }

    private async Task RunRoundAsync(
        string name, Func<KvClient, SidecarProcess, Task> then, CancellationToken cancellation)
    {
        string round = $"{name} (seed {_options.Seed})";
        await using SidecarProcess sidecar = SidecarProcess.Serve(_options.Program, _options.DataFolder);
        if (await sidecar.ReadyAsync(cancellation) is not { } address)
        {
            _tally.Violate($"{round}: the sidecar did not start again.\n{sidecar.Output}");
            return;
        }

        using var client = KvClient.Connect(address, Collection);
        await VerifyAsync(client, sidecar, round);
        await then(client, sidecar);
    }

    private async Task VerifyAsync(KvClient client, SidecarProcess sidecar, string round)
    {
        try
        {
            await Task.WhenAll(_writers.Select(writer => writer.VerifyAsync(client, round)));
            IReadOnlyList<string> listed = await client.ListAsync();
            string[] expected = [.. _writers.SelectMany(writer => writer.PresentKeys)];
            Compare(round, listed, expected);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            _tally.Violate($"{round}: reading after the restart failed: {failure.Message}\n{sidecar.Output}");
        }
    }

    private void Compare(string round, IReadOnlyList<string> listed, string[] expected)
    {
        string[] ghosts = [.. listed.Except(expected, StringComparer.Ordinal)];
        string[] missing = [.. expected.Except(listed, StringComparer.Ordinal)];
        if (ghosts.Length + missing.Length > 0 || listed.Count != expected.Length)
        {
            _tally.Violate($"{round}: the listing has {listed.Count} keys instead of {expected.Length}; "
                + $"too many: {string.Join(", ", ghosts.Take(5))}; missing: {string.Join(", ", missing.Take(5))}.");
        }
    }

    private async Task LoadThenKillAsync(KvClient client, SidecarProcess sidecar)
    {
        await LoadAsync(client, sidecar, () => sidecar.KillAsync(CancellationToken.None));
        _kills++;
    }

    private Task LoadThenStopAsync(KvClient client, SidecarProcess sidecar) =>
        LoadAsync(client, sidecar, () => StopAsync(sidecar, CancellationToken.None));

    private async Task LoadAsync(KvClient client, SidecarProcess sidecar, Func<Task> end)
    {
        bool ending = false;
        using var stop = new CancellationTokenSource();
        Task[] writers =
            [.. _writers.Select(writer => writer.RunAsync(client, () => Volatile.Read(ref ending), stop.Token))];
        await Task.Delay(_random.Next(LoadMillisecondsMin, _options.LoadMillisecondsMax), CancellationToken.None);
        if (sidecar.HasExited)
        {
            _tally.Violate($"The sidecar ended by itself under load.\n{sidecar.Output}");
        }

        Volatile.Write(ref ending, true);
        await end();
        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    private async Task StopAsync(SidecarProcess sidecar, CancellationToken cancellation)
    {
        _cleanStops++;
        if (await sidecar.StopAsync(cancellation) is var code and not 0)
        {
            string how = code is null ? "did not end within a minute" : $"ended with code {code}";
            _tally.Violate($"After SIGTERM the sidecar {how}.\n{sidecar.Output}");
        }
    }

    private async Task KillDuringStartAsync(CancellationToken cancellation)
    {
        await using SidecarProcess sidecar = SidecarProcess.Serve(_options.Program, _options.DataFolder);
        await Task.Delay(_random.Next(StartMillisecondsMax), cancellation);
        await sidecar.KillAsync(cancellation);
        _killsDuringStart++;
    }

    private bool Chance(int oneIn) => oneIn > 0 && _random.Next(oneIn) == 0;
}
