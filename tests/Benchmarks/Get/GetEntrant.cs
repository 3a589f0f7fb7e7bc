using System.Globalization;
using Thermocline.Benchmarks.Children;

namespace Thermocline.Benchmarks.Get;

/// <summary>The parent's hold on one filled engine.</summary>
internal sealed class GetEntrant(string engine, ChildProcess child, Facts loaded, int lookups) : IDisposable
{
    private const int LatencyLookups = 100_000;

    public string Engine { get; } = engine;

    /// <summary>What the engine said of itself when it was filled, before any lookup key was made.</summary>
    public Facts Loaded { get; } = loaded;

    public double AllocatedPerGet { get; set; }

    public Facts Run(GetCase @case)
    {
        string kind = @case.Copies ? "copy" : "touch";
        string count = Count().ToString(CultureInfo.InvariantCulture);
        return child.Ask($"run {kind} {@case.Mode} {@case.Threads} {count}");
    }

    public Facts Latency(string mode) => child.Ask($"latency {mode} {Math.Min(LatencyLookups, Count())}");

    public void Dispose() => child.Dispose();

    /// <summary>Slower engines get fewer of the same lookups, so that a turn takes about as long for each.</summary>
    private int Count() => Engine switch
    {
        EngineNames.Lmdb => lookups * 2 / 5,
        EngineNames.Sqlite => lookups / 5,
        _ => lookups,
    };
}
