using System.CommandLine;
using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Store.Files;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline restore</c>: makes a data folder from the cold store alone.</summary>
internal static class RestoreCommand
{
    private const string Description = "Makes a data folder from the cold store alone.";

    private const string More =
        """
        Brings back everything up to the recovery point that thermocline status showed. Without --whole, values stay in the
        cold store until they are read; with it, all of them are fetched now. Whoever wrote to this cold store before is
        fenced: it goes on with its local data, but ships nothing any more.

        Restores into an empty folder. Interrupted, run it again: what is whole is not fetched twice.

        Examples:
          thermocline restore --config thermocline.yaml
          thermocline restore --config thermocline.yaml --data /var/lib/thermocline --whole
          THERMOCLINE__TIERS__COLD__KIND=folder THERMOCLINE__TIERS__COLD__PATH=/mnt/cold thermocline restore --data ./data

        Exit codes: 0 done, 1 failed, 2 bad usage or no cold store configured, 130 stopped by Ctrl-C; run it again to go on.
        """;

    private static readonly ConfigurationArguments Where = new();

    private static readonly Option<bool> Whole = new("--whole")
    {
        Description = "Fetch every value now.",
    };

    private static readonly Option<string> Output = CommonOptions.Output();

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command command = new HelpedCommand("restore", Description, More) { Where.Config, Where.Data, Whole, Output };
        command.SetAction((parsed, _) => RunAsync(parsed, surroundings));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        if (await ConfigurationArguments.ReadAsync(Where.SourceOf(parsed, surroundings), surroundings) is not { } reading)
            return ExitCode.BadUsage;
        ColdTierConfiguration cold = reading.Configuration.Tiers.Cold;
        if (cold.Kind == ColdKind.None)
        {
            await surroundings.Error.WriteLineAsync("tiers.cold.kind is none: there is no cold store to restore from.");
            return ExitCode.BadUsage;
        }
        using StopSignals signals = new(Environment.Exit);
        try
        {
            return await RestoreAsync(reading, parsed.GetValue(Whole), parsed.GetValue(Output) == "json", surroundings, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            await surroundings.Error.WriteLineAsync("Stopped. Run it again to go on where it stopped.");
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (failure is StoreException or HostingException or IOException or UnauthorizedAccessException)
        {
            await surroundings.Error.WriteLineAsync($"The restoration failed: {failure.Message}{Advice(failure)}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> RestoreAsync(
        ConfigurationReading reading, bool whole, bool json, Surroundings surroundings, CancellationToken stop)
    {
        string folder = Path.GetFullPath(reading.Configuration.Folder.Path);
        using ResilientColdStore cold = ConfiguredCold.Open(reading.Configuration, surroundings.Time)!;
        long started = surroundings.Time.GetTimestamp();
        RestoreReport report = await RestoreDisplay.ShowAsync(surroundings, progress =>
            TieredStore.RestoreAsync(new DiskFiles(folder), cold, surroundings.Time, whole, progress, stop).AsTask());
        var outcome = new RestoreOutcome(cold.Name, folder, whole, report, surroundings.Time.GetElapsedTime(started));
        await surroundings.Output.WriteLineAsync(json ? outcome.Json() : outcome.Text());
        return ExitCode.Done;
    }

    private static string Advice(Exception failure) => failure is StoreException store ? store.Fault switch
    {
        StoreFault.Locked => "\nStop the process that holds the folder, or restore into another one.",
        StoreFault.ColdUnavailable => "\nRun it again when the cold store answers, to go on where it stopped. thermocline cold probe says more.",
        StoreFault.ColdRefused => "\nthermocline cold probe says which right is missing.",
        StoreFault.Fenced => "\nSomebody else claimed this store meanwhile: make sure that nobody uses it, and run it again.",
        StoreFault.DiskFull => "\nMake room in the folder, and run it again to go on where it stopped.",
        StoreFault.Io or StoreFault.Full => "\nRun it again to go on where it stopped.",
        StoreFault.Damaged or StoreFault.Unsupported or StoreFault.Latched or StoreFault.SnapshotTooOld => "",
    } : "";
}
