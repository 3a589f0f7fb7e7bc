using System.CommandLine;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline cold probe</c>: tries the configured cold store.</summary>
internal static class ColdCommand
{
    private const string Description = "What concerns the cold store.";
    private const string ProbeDescription = "Tries everything the engine asks of the configured cold store, and explains what fails.";

    private const string More =
        """
        Examples:
          thermocline cold probe --config thermocline.yaml

        thermocline cold COMMAND --help explains a command.
        """;

    private const string ProbeMore =
        """
        Writes, reads, lists and deletes an object of its own below probe/, and looks whether the store already holds data.
        Changes nothing else: it may be run beside a running sidecar.

        Examples:
          thermocline cold probe --config thermocline.yaml
          thermocline cold probe --config thermocline.yaml --output json

        Exit codes: 0 everything works, 1 something failed, 2 bad usage or no cold store configured.
        """;

    private static readonly ConfigurationArguments Where = new();

    private static readonly Option<string> Output = CommonOptions.Output();

    // A probe tells of the first failure instead of trying until it is gone.
    private static readonly ResilienceOptions Impatient = new() { RetriesMax = 0, CircuitFailures = 1_000 };

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command probe = new HelpedCommand("probe", ProbeDescription, ProbeMore) { Where.Config, Where.Data, Output };
        probe.SetAction((parsed, cancellation) => ProbeAsync(parsed, surroundings, cancellation));
        return new HelpedCommand("cold", Description, More) { probe };
    }

    private static async Task<int> ProbeAsync(ParseResult parsed, Surroundings surroundings, CancellationToken cancellation)
    {
        if (await ConfigurationArguments.ReadAsync(Where.SourceOf(parsed, surroundings), surroundings) is not { } reading)
            return ExitCode.BadUsage;
        try
        {
            return await ProbeAsync(reading, parsed.GetValue(Output) == "json", surroundings, cancellation);
        }
        catch (Exception failure) when (failure is StoreException or HostingException)
        {
            await surroundings.Error.WriteLineAsync($"The cold store cannot be opened: {failure.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> ProbeAsync(
        ConfigurationReading reading, bool json, Surroundings surroundings, CancellationToken cancellation)
    {
        using ResilientColdStore? cold = ConfiguredCold.Open(reading.Configuration, Impatient, surroundings.Time);
        if (cold is null)
        {
            await surroundings.Error.WriteLineAsync("tiers.cold.kind is none: there is no cold store to try.");
            return ExitCode.BadUsage;
        }

        IReadOnlyList<ProbeStep> steps = await new ProbeRun(cold, surroundings.Time).RunAsync(cancellation);
        await surroundings.Output.WriteLineAsync(json ? ProbeText.Json(cold.Name, steps) : ProbeText.Write(cold.Name, steps));
        return steps.All(step => step.Passed) ? ExitCode.Done : ExitCode.Failed;
    }
}
