using System.Globalization;
using Thermocline.Testing.Scale;

namespace Thermocline.Benchmarks.Scale;

/// <summary>What the command line asked of "operator".</summary>
internal sealed record ScaleArguments
{
    private const int ClustersMax = 2_000;
    private const int PodsMax = 50_000;
    private const int QuickClusters = 20;
    private const int QuickPods = 200;

    private static readonly TimeSpan QuickIdle = TimeSpan.FromSeconds(10);

    private static readonly string[] Words = ["--clusters", "--pods", "--operator"];

    public int? Clusters { get; init; }

    public int? Pods { get; init; }

    public string? Operator { get; init; }

    /// <summary>Where the figures are written to; null for nowhere.</summary>
    public string? Out { get; init; }

    public static bool Knows(string word) => Words.Contains(word);

    /// <summary>How many objects that makes.</summary>
    public ScaleOptions OptionsFor(string program, bool quick)
    {
        var options = new ScaleOptions { Program = program };
        if (quick)
            options = options with { Clusters = QuickClusters, Pods = QuickPods, Idle = QuickIdle };
        return options with { Clusters = Clusters ?? options.Clusters, Pods = Pods ?? options.Pods };
    }

    /// <summary>The same with one option more.</summary>
    public ScaleArguments With(string word, Func<string> value, List<string> mistakes) => word switch
    {
        "--clusters" => this with { Clusters = CountOf(word, value(), ClustersMax, mistakes) },
        "--pods" => this with { Pods = CountOf(word, value(), PodsMax, mistakes) },
        "--operator" => this with { Operator = Path.GetFullPath(value()) },
        _ => throw new ArgumentException($"Unknown option \"{word}\"."),
    };

    private static int CountOf(string option, string value, int most, List<string> mistakes)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 && count <= most)
            return count;
        mistakes.Add($"{option} is a number from 1 to {most}, not \"{value}\".");
        return 1;
    }
}
