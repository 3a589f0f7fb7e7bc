using System.Diagnostics;
using System.Globalization;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Get;

/// <summary>
/// Runs gets in a child process. Requests: <c>load</c>, <c>check N</c>, <c>run touch|copy MODE THREADS COUNT</c>,
/// <c>latency MODE COUNT</c>, <c>facts</c>.
/// </summary>
internal sealed class ReadContestant(IReadEngine engine, KeySpace space, int lookupCount) : IContestant
{
    private readonly Dictionary<string, IReader> _readers = [];
    private Lookups? _lookups;

    public Facts Do(string request, string[] arguments) => request switch
    {
        "load" => Load(),
        "check" => Check(Number(arguments[0])),
        "run" => Run(arguments[0], arguments[1], Number(arguments[2]), Number(arguments[3])),
        "latency" => Latency(arguments[0], Number(arguments[1])),
        "facts" => Describe(),
        _ => throw new ArgumentException($"Unknown request \"{request}\"."),
    };

    public void Dispose()
    {
        foreach (IReader reader in _readers.Values)
            reader.Dispose();
        engine.Dispose();
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private Facts Load()
    {
        long start = Stopwatch.GetTimestamp();
        engine.Load(space);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // What loading left behind on the managed heap is nobody's index.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Facts facts = Describe();
        facts["loadSeconds"] = seconds;
        _lookups = new(space, lookupCount, engine.KeyPrefix);
        engine.Prepare(_lookups);
        GC.Collect();
        return facts;
    }

    /// <summary>Reads some values whole and compares every byte with what it has to be.</summary>
    private Facts Check(int count)
    {
        var value = new byte[space.ValueBytes];
        IReader reader = Reader(IReadEngine.FreshMode, 0);
        for (int i = 0; i < count; i++)
        {
            reader.Copy(_lookups!, i, 1, value);
            if (!space.IsValue(_lookups!.Index(i), value))
                throw new InvalidOperationException($"The engine gave a wrong value for lookup {i}.");
        }
        return new();
    }

    private Facts Run(string kind, string mode, int threads, int count)
    {
        var turn = new ReadTurn(_lookups!, kind == "copy", count / threads, threads, space.ValueBytes);
        return turn.Run(thread => Reader(mode, thread));
    }

    private Facts Latency(string mode, int count)
    {
        IReader reader = Reader(mode, 0);
        var samples = new Samples();
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            sum += reader.Touch(_lookups!, i, 1);
            samples.Add(Stopwatch.GetTimestamp() - start);
        }
        samples.Sort();
        var facts = new Facts { ["p50"] = samples.PercentileNs(50), ["p99"] = samples.PercentileNs(99), ["sum"] = sum };
        return facts;
    }

    private Facts Describe()
    {
        ProcessMemory memory = ProcessMemory.Of(Environment.ProcessId);
        var facts = new Facts { ["resident"] = memory.ResidentBytes, ["anonymous"] = memory.AnonymousBytes };
        engine.AddFacts(facts);
        return facts;
    }

    private IReader Reader(string mode, int thread)
    {
        string name = mode + thread.ToString(CultureInfo.InvariantCulture);
        if (!_readers.TryGetValue(name, out IReader? reader))
            _readers[name] = reader = engine.Reader(mode);
        return reader;
    }
}
