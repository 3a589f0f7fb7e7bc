using System.CommandLine;
using Thermocline.Memory.Import;
using Thermocline.Sidecar.Import;
using Thermocline.Store;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline import</c>: brings files into a store as memories.</summary>
internal static class ImportCommand
{
    private const string DefaultFolder = "./data";

    private const string Description = "Brings files into a store as memories.";

    private const string More =
        """
        Imports files as memories: JSON lines, JSON arrays, Markdown, text folders (.gz too), package lists, and the
        solution caches, session files, memory files and v1 frames of the systems this one replaces. What thermocline
        export wrote (JSON lines or v1 frames) gives back the records themselves, whatever their collection.

        Works on the data folder itself; when a running sidecar holds it, name that sidecar with --server. Running the
        same import again writes nothing twice, so an interrupted import is resumed by repeating it.
        Without a path, real text found on this machine is imported.

        Examples:
          thermocline import notes/ chat.jsonl --data ./data
          thermocline import cache.json --format math-solutions --dry-run
          thermocline import /usr/share/doc --data ./data --example
          thermocline import big.jsonl --server http://127.0.0.1:7070 --output json
          thermocline import old-frames.bin --format v1 --on-error stop

        Exit codes: 0 done (rejected records are listed), 1 failed or nothing could be imported, 2 bad usage,
        130 stopped by Ctrl-C after the batch in hand; the summary so far is printed.
        """;

    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Files and folders.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Data = CommonOptions.Data();

    private static readonly Option<string?> Server = new("--server")
    {
        Description = "Import through the data API of a running sidecar.",
        HelpName = "URL",
    };

    private static readonly Option<bool> IfEmpty = new("--if-empty")
    {
        Description = "Import nothing when the store already holds memories.",
    };

    private static readonly Option<bool> Example = new("--example")
    {
        Description = "Show an example search and what each tier holds.",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Read and check everything, write nothing.",
    };

    private static readonly Option<string> Format = FormatOption();

    private static readonly Option<string> OnError = OnErrorOption();

    private static readonly Option<long?> Most = new("--limit")
    {
        Description = "Most records to import.",
        HelpName = "N",
    };

    private static readonly Option<string> Output = CommonOptions.Output();

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command command = new HelpedCommand("import", Description, More)
        {
            Paths, Data, Server, IfEmpty, Example, DryRun, Format, OnError, Most, Output,
        };
        command.SetAction((parsed, _) => RunAsync(parsed, surroundings));
        return command;
    }

    private static Option<string> FormatOption()
    {
        Option<string> option = new("--format")
        {
            Description = "How to read the files: auto goes by name and content.",
            DefaultValueFactory = _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "jsonl", "json", "markdown", "text", "math-solutions", "sessions", "memories", "v1");
        return option;
    }

    private static Option<string> OnErrorOption()
    {
        Option<string> option = new("--on-error")
        {
            Description = "What a record that cannot be read does: go on with the next, or stop (exit code 1).",
            DefaultValueFactory = _ => "continue",
        };
        option.AcceptOnlyFromAmong("continue", "stop");
        return option;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        if (!TryOrder(parsed, out ImportOrder order, out string[] mistakes))
        {
            foreach (string mistake in mistakes)
                await surroundings.Error.WriteLineAsync(mistake);
            return ExitCode.BadUsage;
        }

        using StopSignals signals = new(Environment.Exit);
        try
        {
            return await new ImportSession(order, surroundings).RunAsync(signals.Stop);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Locked)
        {
            await surroundings.Error.WriteLineAsync(
                $"{failure.Message}\nTo import into the running sidecar: thermocline import … --server http://127.0.0.1:7070");
            return ExitCode.Failed;
        }
        catch (Exception failure) when (failure is StoreException or ImportException or IOException or UnauthorizedAccessException)
        {
            await surroundings.Error.WriteLineAsync($"The import failed: {failure.Message}\nRun it again to go on where it stopped.");
            return ExitCode.Failed;
        }
    }

    private static bool TryOrder(ParseResult parsed, out ImportOrder order, out string[] mistakes)
    {
        List<string> found = [];
        string[] paths = parsed.GetValue(Paths) ?? [];
        string? server = parsed.GetValue(Server);
        Uri? address = null;
        if (server is not null && (!Uri.TryCreate(server, UriKind.Absolute, out address) || address.Scheme is not ("http" or "https")))
            found.Add($"--server: '{server}' is no http address.");
        if (server is not null && (parsed.GetValue(IfEmpty) || parsed.GetValue(Example) || parsed.GetValue(Data) is not null))
            found.Add("--server: --data, --if-empty and --example look into a data folder and cannot be used with it.");
        if (parsed.GetValue(Most) is < 1)
            found.Add("--limit: at least 1.");
        foreach (string missing in new SourceWalk(paths).Missing())
            found.Add($"{missing}: there is no such file or folder.");
        order = new ImportOrder
        {
            Paths = paths,
            Folder = parsed.GetValue(Data) ?? DefaultFolder,
            Server = address,
            OnlyIfEmpty = parsed.GetValue(IfEmpty),
            ShowsExample = parsed.GetValue(Example),
            IsDry = parsed.GetValue(DryRun),
            Format = FormatOf(parsed.GetValue(Format)),
            StopsAtRejection = parsed.GetValue(OnError) == "stop",
            RecordsMax = parsed.GetValue(Most) ?? long.MaxValue,
            IsJson = parsed.GetValue(Output) == "json",
        };
        mistakes = [.. found];
        return found.Count == 0;
    }

    private static SourceFormat FormatOf(string? name) => name switch
    {
        "jsonl" => SourceFormat.Jsonl,
        "json" => SourceFormat.Json,
        "markdown" => SourceFormat.Markdown,
        "text" => SourceFormat.Text,
        "math-solutions" => SourceFormat.MathSolutions,
        "sessions" => SourceFormat.Sessions,
        "memories" => SourceFormat.Memories,
        "v1" => SourceFormat.V1,
        _ => SourceFormat.Auto,
    };
}
