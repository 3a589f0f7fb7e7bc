using System.CommandLine;

namespace Thermocline.Sidecar.Commands;

/// <summary>The commands of <c>thermocline</c>. Each one is an object made by its own file; here is only the list.</summary>
internal static class CommandTree
{
    private const string Description = "Thermocline: memory for pods that never outgrows its budget.";

    private const string More =
        """
        Examples:
          thermocline serve --data ./data
          thermocline serve --config thermocline.yaml --print-config
          thermocline status --data ./data
          thermocline import notes/ --data ./data --example
          thermocline export all.jsonl --data ./data
          thermocline restore --config thermocline.yaml
          thermocline optimize --data ./data --dry-run
          thermocline cold probe --config thermocline.yaml

        thermocline COMMAND --help explains a command. Exit codes: 0 done, 1 failed, 2 bad usage or configuration.
        """;

    /// <summary>Parses and runs a command line; answers the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments, Surroundings surroundings)
    {
        RootCommand root = new(Description)
        {
            ServeCommand.Create(surroundings),
            StatusCommand.Create(surroundings),
            ImportCommand.Create(surroundings),
            ExportCommand.Create(surroundings),
            RestoreCommand.Create(surroundings),
            OptimizeCommand.Create(surroundings),
            ColdCommand.Create(surroundings),
        };
        TeachingHelp.Install(root, More);
        ParseResult parsed = root.Parse(arguments);
        InvocationConfiguration invocation = new()
        {
            Output = surroundings.Output,
            Error = surroundings.Error,
            // A command that has something to finish watches for signals itself: see StopSignals.
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        int code = await parsed.InvokeAsync(invocation);
        return parsed.Errors.Count > 0 ? ExitCode.BadUsage : code;
    }
}
