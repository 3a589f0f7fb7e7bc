using System.CommandLine;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline serve</c>: runs the sidecar until it is told to stop.</summary>
internal static class ServeCommand
{
    private const string Description = "Runs the sidecar until SIGTERM or Ctrl-C.";

    private const string More =
        """
        Prints one line on standard output when it answers: ready http://127.0.0.1:7070 admin=http://127.0.0.1:7071
        Every setting of the file can be overridden by the environment: THERMOCLINE__BUDGET__LIMIT=512Mi

        Examples:
          thermocline serve
          thermocline serve --data /var/lib/thermocline --listen 127.0.0.1:7070
          thermocline serve --config thermocline.yaml --print-config
        """;

    private static readonly ConfigurationArguments Where = new();

    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Where the data API listens; port 0 takes a free one.",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> Format = new("--log-format")
    {
        Description = "How to log: text or json.",
        HelpName = "text|json",
    };

    private static readonly Option<bool> PrintConfig = new("--print-config")
    {
        Description = "Print the configuration in force as YAML and exit.",
    };

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command command = new HelpedCommand("serve", Description, More) { Where.Config, Where.Data, Listen, Format, PrintConfig };
        command.SetAction((parsed, _) => RunAsync(parsed, surroundings));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        ConfigurationSource source = Where.SourceOf(
            parsed, surroundings, ("listen.data", Listen), ("telemetry.logFormat", Format));
        if (await ConfigurationArguments.ReadAsync(source, surroundings) is not { } reading)
            return ExitCode.BadUsage;
        if (parsed.GetValue(PrintConfig))
        {
            await surroundings.Output.WriteAsync(ConfigurationYaml.Write(reading.Configuration));
            if (reading.NotActedOn.Count > 0)
                await surroundings.Output.WriteLineAsync(
                    $"# configured, but not acted on: {string.Join(", ", reading.NotActedOn)}");
            return ExitCode.Done;
        }
        return await ServeAsync(new SidecarSetup { Reading = reading, Source = source, Time = surroundings.Time }, surroundings);
    }

    private static async Task<int> ServeAsync(SidecarSetup setup, Surroundings surroundings)
    {
        using StopSignals signals = new(Environment.Exit);
        try
        {
            await using SidecarHost host = await SidecarHost.StartAsync(setup);
            await surroundings.Output.WriteLineAsync(
                $"ready {Plain(host.DataAddress)} admin={Plain(host.Admin)}");
            await surroundings.Output.FlushAsync(CancellationToken.None);
            await StopRequestedAsync(signals.Stop);
            await host.StopAsync();
            return ExitCode.Done;
        }
        catch (Exception failure) when (failure is HostingException or StoreException)
        {
            await surroundings.Error.WriteLineAsync($"thermocline failed: {failure.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task StopRequestedAsync(CancellationToken stop)
    {
        TaskCompletionSource requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(requested.SetResult))
            await requested.Task;
    }

    private static string Plain(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
