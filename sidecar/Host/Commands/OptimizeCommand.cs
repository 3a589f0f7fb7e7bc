using System.CommandLine;
using Thermocline.Contract.Status;
using Thermocline.Memory;
using Thermocline.Memory.Pruning;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Optimizing;
using Thermocline.Store;

namespace Thermocline.Sidecar.Commands;

/// <summary><c>thermocline optimize</c>: packs what is due and deletes what is not worth its space.</summary>
internal static class OptimizeCommand
{
    private const int DaysMax = 36_500;

    private const string Description = "Packs what is due and, on request, deletes what is not worth its space.";

    private const string More =
        """
        Packing makes sealed segments smaller and gives the space of replaced, deleted and expired records back. With
        --older-than-days or --below, records are deleted too: those for which every rule that is given holds. --below goes by
        the highest dimension of a memory's significance; what has none is never chosen by it. Look first: --dry-run counts
        records and bytes by reason and changes nothing; a run that would delete needs --yes.

        Works on the data folder itself, with the cold store of the configuration; when a running sidecar holds it, name that
        sidecar's admin listener with --server. Judging records of the cold store fetches them.

        Examples:
          thermocline optimize --data ./data --dry-run
          thermocline optimize --data ./data
          thermocline optimize --config thermocline.yaml --collection _memories --older-than-days 365 --below 0.2 --dry-run
          thermocline optimize --server http://127.0.0.1:7071 --data ./data --collection logs --older-than-days 30 --yes

        Exit codes: 0 done, 1 failed, 2 bad usage, or --yes is missing, 130 stopped by Ctrl-C; what was done counts.
        """;

    private static readonly ConfigurationArguments Where = new();

    private static readonly Option<string?> Server = new("--server")
    {
        Description = "Optimise through a running sidecar.",
        HelpName = "URL",
    };

    private static readonly Option<string?> TokenFile = new("--token-file")
    {
        Description = "File that holds the admin token. Default: the one in the data folder.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Count, and change nothing.",
    };

    private static readonly Option<string?> Collection = new("--collection")
    {
        Description = "Delete from this collection only; memories are in _memories.",
        HelpName = "NAME",
    };

    private static readonly Option<int?> OlderThanDays = new("--older-than-days")
    {
        Description = "Delete what was not written for so many days.",
        HelpName = "N",
    };

    private static readonly Option<double?> Below = new("--below")
    {
        Description = "Delete memories whose significance is below this, above 0 to 1.",
        HelpName = "X",
    };

    private static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Delete without further question.",
    };

    private static readonly Option<string> Output = CommonOptions.Output();

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        Command command = new HelpedCommand("optimize", Description, More)
        {
            Where.Config, Where.Data, Server, TokenFile, DryRun, Collection, OlderThanDays, Below, Yes, Output,
        };
        command.SetAction((parsed, _) => RunAsync(parsed, surroundings));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        if (await ConfigurationArguments.ReadAsync(Where.SourceOf(parsed, surroundings), surroundings) is not { } reading)
            return ExitCode.BadUsage;
        PruneRules rules = RulesOf(parsed, surroundings.Time);
        string[] mistakes = [.. Mistakes(parsed, rules)];
        foreach (string mistake in mistakes)
            await surroundings.Error.WriteLineAsync(mistake);
        if (mistakes.Length > 0)
            return ExitCode.BadUsage;
        using StopSignals signals = new(Environment.Exit);
        try
        {
            IOptimizeTarget target = Uri.TryCreate(parsed.GetValue(Server), UriKind.Absolute, out Uri? server)
                ? new OptimizeServer(server, parsed.GetValue(TokenFile) ?? Path.Combine(reading.Configuration.Folder.Path, AdminToken.FileName))
                : new OptimizeFolder(reading.Configuration, surroundings);
            return await RunAsync(target, rules, parsed, surroundings, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            await surroundings.Error.WriteLineAsync("Stopped. What was done counts; run it again to go on.");
            return ExitCode.Interrupted;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Locked)
        {
            return await FailAsync(surroundings,
                $"{failure.Message}\nTo optimise the running sidecar: thermocline optimize … --server http://127.0.0.1:7071");
        }
        catch (Exception failure) when (failure is StoreException or HostingException or HttpRequestException or IOException
            or UnauthorizedAccessException)
        {
            return await FailAsync(surroundings, $"The optimisation failed: {failure.Message}");
        }
    }

    private static async Task<int> RunAsync(
        IOptimizeTarget target, PruneRules rules, ParseResult parsed, Surroundings surroundings, CancellationToken stop)
    {
        bool dry = parsed.GetValue(DryRun);
        bool needsConsent = !dry && rules.ChooseAny && !parsed.GetValue(Yes);
        int? days = parsed.GetValue(OlderThanDays);
        OptimizeReport report = await target.RunAsync(rules, days, dry || needsConsent, stop);
        await surroundings.Output.WriteLineAsync(parsed.GetValue(Output) == "json"
            ? System.Text.Json.JsonSerializer.Serialize(report, StatusJson.Default.OptimizeReport)
            : OptimizeText.Write(report, rules));
        if (!needsConsent)
            return ExitCode.Done;
        await surroundings.Error.WriteLineAsync($"Nothing was changed. Add --yes to delete these {report.Chosen:N0} records and pack.");
        return ExitCode.BadUsage;
    }

    private static async Task<int> FailAsync(Surroundings surroundings, string why)
    {
        await surroundings.Error.WriteLineAsync(why);
        return ExitCode.Failed;
    }

    private static PruneRules RulesOf(ParseResult parsed, TimeProvider time) => new()
    {
        Collection = parsed.GetValue(Collection),
        WrittenBefore = parsed.GetValue(OlderThanDays) is { } days and >= 0 and <= DaysMax ? time.GetUtcNow().AddDays(-days) : null,
        SignificanceBelow = parsed.GetValue(Below),
    };

    private static IEnumerable<string> Mistakes(ParseResult parsed, PruneRules rules)
    {
        if (parsed.GetValue(Server) is { } server
            && !(Uri.TryCreate(server, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"))
            yield return $"--server: '{server}' is no http address.";
        if (parsed.GetValue(OlderThanDays) is < 0 or > DaysMax)
            yield return $"--older-than-days: must be 0 to {DaysMax}.";
        if (rules is { Collection: not null, ChooseAny: false } && parsed.GetValue(OlderThanDays) is null)
            yield return "--collection: says where to delete, not what; add --older-than-days or --below.";
        foreach (Mistake mistake in rules.Check())
            yield return $"--{mistake.Path}: {mistake.Message}.";
    }
}
