using System.Diagnostics;
using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Open;

/// <summary>
/// Runs in a child process. Requests: <c>build</c>; <c>rehearse</c>, which opens a small store of the same kind so that
/// the code is compiled; <c>open</c>, which times opening to the first value whose every byte was checked.
/// </summary>
internal sealed class OpenContestant(IOpenEngine engine, string folder, KeySpace space) : IContestant
{
    private const int RehearsalKeys = 200;

    public Facts Do(string request, string[] arguments) => request switch
    {
        "build" => Build(folder, space),
        "rehearse" => Rehearse(),
        "open" => Open(folder, space),
        _ => throw new ArgumentException($"Unknown request \"{request}\"."),
    };

    public void Dispose()
    {
    }

    private Facts Build(string target, KeySpace keys)
    {
        long start = Stopwatch.GetTimestamp();
        engine.Build(target, keys);
        return new()
        {
            ["seconds"] = Stopwatch.GetElapsedTime(start).TotalSeconds,
            ["bytes"] = new DirectoryInfo(target).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
        };
    }

    private Facts Rehearse()
    {
        string small = folder + "-rehearsal";
        var few = new KeySpace(space.Seed, RehearsalKeys, space.ValueBytes);
        Directory.CreateDirectory(small);
        Build(small, few);
        Open(small, few);
        Directory.Delete(small, recursive: true);
        return new();
    }

    private Facts Open(string target, KeySpace keys)
    {
        var value = new byte[keys.ValueBytes];
        int index = keys.Count / 3 * 2;
        double milliseconds = 0;
        bool right = false;
        long start = Stopwatch.GetTimestamp();
        engine.OpenAndGet(target, index, value, () =>
        {
            right = keys.IsValue(index, value);
            milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        if (!right)
            throw new InvalidOperationException("The first value read was wrong.");
        return new() { ["milliseconds"] = milliseconds };
    }
}
