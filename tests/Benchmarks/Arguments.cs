using System.Globalization;
using Thermocline.Benchmarks.Budget;
using Thermocline.Benchmarks.Scale;

namespace Thermocline.Benchmarks;

/// <summary>What the command line asked for.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Usage: bench [NAME...] [--quick] [--output text|json] [--seed N] [--folder DIR] [--sidecar FILE]

          NAME          benchmarks or groups of them; none runs the group "store"
          --quick       smaller sizes and fewer rounds: to see that it works, not to quote
          --output      text (default), or json on standard output with progress on standard error
          --seed N      seed of keys, values and orders (default 20261121)
          --folder DIR  where data is written while running (default artifacts/bench); its file system is measured
          --sidecar FILE  the thermocline executable or dll of "http", "crash", "budget" and "footprint"
                          (default out/thermocline, else the release build)

        Of "budget":
          --bytes N       bytes of records to write (default 10Gi, 256Mi with --quick)
          --limit N       limit of the cgroup, and budget.limit (default 256Mi)
          --headroom N    budget.limit is so much below the limit of the cgroup (default 0)
          --shrink        512Mi at first, 192Mi from the middle on
          --cold DIR      a folder as cold store, so that old segments leave the disk; DIR must not exist or be empty
          --out DIR       where samples (CSV) and the plot (SVG) go (default artifacts/budget)
          --keep DIR      keeps the run in DIR; started again with the same options it goes on where it was stopped

        Of "operator":
          --clusters N    MemoryClusters (default 200, 20 with --quick), at most 2000
          --pods N        pods of all of them together (default 5000, 200 with --quick), at most 50000
          --operator FILE the thermocline-operator executable (default out/thermocline-operator, else the release build)
          --out FILE      where the figures go as JSON (default nowhere)
        """;

    public IReadOnlyList<string> Names { get; init; } = [];

    public bool Help { get; init; }

    public bool Quick { get; init; }

    public bool Json { get; init; }

    public ulong Seed { get; init; } = 20261121;

    public string Folder { get; init; } = Path.Combine("artifacts", "bench");

    public string? Sidecar { get; init; }

    /// <summary>What "budget" was asked for.</summary>
    public BudgetArguments Budget { get; init; } = new();

    /// <summary>What "operator" was asked for.</summary>
    public ScaleArguments Scale { get; init; } = new();

    /// <summary>Reads a command line; every mistake in it is added to <paramref name="mistakes"/>.</summary>
    public static Arguments Parse(IReadOnlyList<string> words, List<string> mistakes)
    {
        var arguments = new Arguments();
        var rest = new Queue<string>(words);
        while (rest.TryDequeue(out string? word))
        {
            arguments = word switch
            {
                "--help" or "-h" => arguments with { Help = true },
                "--quick" => arguments with { Quick = true },
                "--output" => arguments with { Json = IsJson(ValueOf(word, rest, mistakes), mistakes) },
                "--seed" => arguments with { Seed = SeedOf(ValueOf(word, rest, mistakes), mistakes) },
                "--folder" => arguments with { Folder = ValueOf(word, rest, mistakes) },
                "--sidecar" => arguments with { Sidecar = ValueOf(word, rest, mistakes) },
                "--out" => arguments.To(ValueOf(word, rest, mistakes)),
                _ when ScaleArguments.Knows(word) => arguments with { Scale = arguments.Scale.With(word, () => ValueOf(word, rest, mistakes), mistakes) },
                _ when BudgetArguments.Knows(word) => arguments with { Budget = arguments.Budget.With(word, () => ValueOf(word, rest, mistakes), mistakes) },
                _ when word.StartsWith('-') => Unknown(arguments, word, mistakes),
                _ => arguments with { Names = [.. arguments.Names, word] },
            };
        }
        if (arguments.Scale.OptionsFor("", arguments.Quick).PodsEach == 0)
            mistakes.Add("--pods must not be less than --clusters: each cluster has the same number.");
        return arguments;
    }

    // A folder of one, a file of the other.
    private Arguments To(string place) => this with { Budget = Budget with { Out = place }, Scale = Scale with { Out = place } };

    private static Arguments Unknown(Arguments arguments, string word, List<string> mistakes)
    {
        mistakes.Add($"There is no option {word}.");
        return arguments;
    }

    private static string ValueOf(string option, Queue<string> rest, List<string> mistakes)
    {
        if (rest.TryDequeue(out string? value))
            return value;
        mistakes.Add($"{option} needs a value.");
        return "";
    }

    private static bool IsJson(string value, List<string> mistakes)
    {
        if (value is not ("text" or "json"))
            mistakes.Add($"--output is text or json, not \"{value}\".");
        return value == "json";
    }

    private static ulong SeedOf(string value, List<string> mistakes)
    {
        if (ulong.TryParse(value, CultureInfo.InvariantCulture, out ulong seed))
            return seed;
        mistakes.Add($"--seed is a whole number, not \"{value}\".");
        return 0;
    }
}
