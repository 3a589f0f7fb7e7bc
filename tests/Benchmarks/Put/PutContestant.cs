using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Put;

/// <summary>Runs puts in a child process. The one request is <c>put WRITERS MILLISECONDS</c>.</summary>
internal sealed class PutContestant(IPutEngine engine, KeySpace space) : IContestant
{
    private int _turn;

    public Facts Do(string request, string[] arguments)
    {
        int writers = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var duration = TimeSpan.FromMilliseconds(int.Parse(arguments[1], CultureInfo.InvariantCulture));
        long allocated = GC.GetTotalAllocatedBytes();
        Samples samples = engine.Put(space, ++_turn, writers, duration);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        samples.Sort();
        return new()
        {
            ["perSecond"] = samples.Count / duration.TotalSeconds,
            ["p50"] = samples.PercentileNs(50),
            ["p99"] = samples.PercentileNs(99),
            ["allocatedPerPut"] = allocated / (double)samples.Count,
        };
    }

    public void Dispose() => engine.Dispose();
}
