using Thermocline.Benchmarks.Budget;
using Thermocline.Benchmarks.Cold;
using Thermocline.Benchmarks.Compress;
using Thermocline.Benchmarks.Crash;
using Thermocline.Benchmarks.Dapr;
using Thermocline.Benchmarks.Delta;
using Thermocline.Benchmarks.Events;
using Thermocline.Benchmarks.Footprint;
using Thermocline.Benchmarks.Get;
using Thermocline.Benchmarks.Growth;
using Thermocline.Benchmarks.HotCompressed;
using Thermocline.Benchmarks.Http;
using Thermocline.Benchmarks.MemoryEvents;
using Thermocline.Benchmarks.Open;
using Thermocline.Benchmarks.Packed;
using Thermocline.Benchmarks.Put;
using Thermocline.Benchmarks.Redis;
using Thermocline.Benchmarks.Resident;
using Thermocline.Benchmarks.Scale;

namespace Thermocline.Benchmarks;

/// <summary>Which names there are and what they run.</summary>
internal static class Catalogue
{
    public const string DefaultGroup = "store";

    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new GetBenchmark(), new PutBenchmark(), new OpenBenchmark(), new MemoryBenchmark(), new HttpBenchmark(),
        new DaprBenchmark(), new EventsBenchmark(), new PacedBenchmark(), new RedisEventsBenchmark(), new MemoryEventsBenchmark(),
        new CrashBenchmark(), new CompressBenchmark(), new DeltaBenchmark(),
        new ColdBenchmark(), new GrowthBenchmark(), new PackedBenchmark(), new HotCompressedBenchmark(), new BudgetBenchmark(),
        new FootprintBenchmark(), new ScaleBenchmark(),
    ];

    private static readonly string[] StoreGroup = ["store-get", "store-put", "store-open", "store-memory", "http"];

    /// <summary>The benchmarks of the given names and groups, each once; unknown names are added to <paramref name="mistakes"/>.</summary>
    public static IReadOnlyList<IBenchmark> Find(IReadOnlyList<string> names, List<string> mistakes)
    {
        IReadOnlyList<string> wanted = names.Count == 0 ? [DefaultGroup] : names;
        var found = new List<IBenchmark>();
        foreach (string name in wanted)
        {
            IBenchmark[] matches = [.. All.Where(benchmark => benchmark.Name == name || (name == DefaultGroup && StoreGroup.Contains(benchmark.Name)))];
            if (matches.Length == 0)
                mistakes.Add($"There is no benchmark \"{name}\".");
            found.AddRange(matches);
        }
        return [.. found.Distinct()];
    }

    public static string List() =>
        string.Join('\n', All.Select(benchmark => $"  {benchmark.Name,-16}{benchmark.Summary}"))
        + $"\n  {DefaultGroup,-16}{string.Join(", ", StoreGroup)}";
}
