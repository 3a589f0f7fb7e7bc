using System.CommandLine;
using Thermocline.Memory.Export;
using Thermocline.Sidecar.Export;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline export</c>: writes the records of one moment to a file or to standard output.</summary>
internal static class ExportCommand
{
    private const string DefaultFolder = "./data";

    private const string Description = "Writes the records of one moment to a file or to standard output.";

    private const string More =
        """
        Formats:
          jsonl  one JSON object a line; thermocline import gives back every record, byte for byte
          v1     v1 frames with checksums (docs/FORMAT.md); imported as exactly
          csv    a table of sizes, times and significance for analytics; cannot be imported

        Works on the data folder itself; when a running sidecar holds it, name that sidecar with --server. The file is
        FILE.partial until it is complete. An export that was stopped keeps its place in FILE.resume, and the same command
        with --resume goes on there, after reading again what is in the file. If the store changed meanwhile, the rest is of
        the new moment; the report names both. Over --server that is so for jsonl; other formats begin again.

        Examples:
          thermocline export all.jsonl --data ./data
          thermocline export notes.jsonl --collection notes --prefix 2026- --resume
          thermocline export breakthroughs.v1 --format v1 --type breakthrough
          thermocline export all.jsonl --server http://127.0.0.1:7071 --token-file ./data/admin.token
          thermocline export --format csv --data ./data | column -s, -t | less
          thermocline import all.jsonl --data ./other

        Exit codes: 0 done, 1 failed, or damaged records were left out (they are named), 2 bad usage,
        130 stopped by Ctrl-C; the place is kept.
        """;

    private static readonly Argument<string> Target = new("FILE")
    {
        Description = "Where the export goes; - or nothing is standard output.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Data = CommonOptions.Data();

    private static readonly Option<string?> Server = new("--server")
    {
        Description = "Export through a running sidecar.",
        HelpName = "URL",
    };

    private static readonly Option<string?> TokenFile = new("--token-file")
    {
        Description = "File that holds the admin token. Default: the one in the data folder.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Format = FormatOption();

    private static readonly Option<string?> Collection = new("--collection")
    {
        Description = "Only this collection; memories are in _memories.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Prefix = new("--prefix")
    {
        Description = "Only keys of the collection that start with this.",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> Type = new("--type")
    {
        Description = "Only memories of this type.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> OnError = OnErrorOption();

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Go on with an export that was stopped; begin when there is none.",
    };

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Replace FILE when it exists.",
    };

    private static readonly Option<string> Output = CommonOptions.Output();

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command command = new HelpedCommand("export", Description, More)
        {
            Target, Data, Server, TokenFile, Format, Collection, Prefix, Type, OnError, Resume, Force, Output,
        };
        command.SetAction((parsed, _) => RunAsync(parsed, surroundings));
        return command;
    }

    private static Option<string> FormatOption()
    {
        Option<string> option = new("--format")
        {
            Description = "How to write the records.",
            DefaultValueFactory = _ => ExportNames.Of(ExportFormat.Jsonl),
        };
        option.AcceptOnlyFromAmong([.. ExportNames.Formats]);
        return option;
    }

    private static Option<string?> OnErrorOption()
    {
        Option<string?> option = new("--on-error")
        {
            Description = "What a damaged record does: continue leaves it out, stop ends the export. Default: continue; stop with --server.",
        };
        option.AcceptOnlyFromAmong("continue", "stop");
        return option;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        ExportOrder order = OrderOf(parsed);
        string[] mistakes = [.. Mistakes(parsed, order)];
        foreach (string mistake in mistakes)
            await surroundings.Error.WriteLineAsync(mistake);
        if (mistakes.Length > 0)
            return ExitCode.BadUsage;
        using StopSignals signals = new(Environment.Exit);
        try
        {
            return await new ExportSession(order, surroundings).RunAsync(signals.Stop);
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Locked)
        {
            return await FailAsync(surroundings,
                $"{failure.Message}\nTo export from the running sidecar: thermocline export … --server http://127.0.0.1:7071");
        }
        catch (Exception failure) when (failure is StoreException or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            string more = order.File is null ? "" : "\nRun it again with --resume to go on where it stopped.";
            if (order is { Server: not null, StopsAtDamage: true })
                more += "\nIf it ends there again, a record is damaged: thermocline status names it, --on-error continue leaves it out.";
            return await FailAsync(surroundings, $"The export failed: {failure.Message}{more}");
        }
        catch (Exception failure) when (failure is ExportException or HostingException)
        {
            return await FailAsync(surroundings, failure.Message);
        }
    }

    private static async Task<int> FailAsync(Surroundings surroundings, string why)
    {
        await surroundings.Error.WriteLineAsync(why);
        return ExitCode.Failed;
    }

    private static ExportOrder OrderOf(ParseResult parsed)
    {
        string folder = parsed.GetValue(Data) ?? DefaultFolder;
        string? file = parsed.GetValue(Target);
        // The option takes no other words.
        ExportFormat format = ExportNames.TryParse(parsed.GetValue(Format) ?? "", out ExportFormat known) ? known : ExportFormat.Jsonl;
        return new ExportOrder
        {
            File = file is null or "-" ? null : file,
            Folder = folder,
            Server = Uri.TryCreate(parsed.GetValue(Server), UriKind.Absolute, out Uri? address) ? address : null,
            TokenFile = parsed.GetValue(TokenFile) ?? Path.Combine(folder, AdminToken.FileName),
            Selection = new ExportSelection
            {
                Format = format,
                Collection = parsed.GetValue(Collection),
                Prefix = parsed.GetValue(Prefix),
                Type = parsed.GetValue(Type),
            },
            Resumes = parsed.GetValue(Resume),
            Replaces = parsed.GetValue(Force),
            StopsAtDamage = (parsed.GetValue(OnError) ?? (parsed.GetValue(Server) is null ? "continue" : "stop")) == "stop",
            IsJson = parsed.GetValue(Output) == "json",
        };
    }

    private static IEnumerable<string> Mistakes(ParseResult parsed, ExportOrder order)
    {
        if (parsed.GetValue(Server) is { } server && order.Server?.Scheme is not ("http" or "https"))
            yield return $"--server: '{server}' is no http address.";
        if (order.File is null && (order.Resumes || order.Replaces))
            yield return "--resume, --force: standard output cannot be gone on with or replaced; name a file.";
        foreach (Memory.Mistake mistake in order.Selection.Check())
            yield return $"--{mistake.Path}: {mistake.Message}";
    }
}
