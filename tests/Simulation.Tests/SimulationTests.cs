using System.Collections.Concurrent;
using System.Globalization;
using Xunit;

namespace Thermocline.Simulation.Tests;

/// <summary>
/// Seeded worlds against a model. The number of worlds comes from THERMOCLINE_SIM_WORLDS, else 10,000; the first seed from
/// THERMOCLINE_SIM_SEED, else from the clock. World i has the seed first + i.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int WorldsUsual = 10_000;
    private const int FailuresMax = 5;
    private const int Lanes = 2;

    [Fact]
    public async Task No_world_loses_what_was_acknowledged()
    {
        int worlds = Setting("THERMOCLINE_SIM_WORLDS") ?? WorldsUsual;
        int first = Setting("THERMOCLINE_SIM_SEED") ?? Environment.TickCount & 0xFFFFFF;
        output.WriteLine($"{worlds} worlds from seed {first}");
        var failures = new ConcurrentQueue<string>();
        var lanes = new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForAsync(0, worlds, lanes, async (i, _) =>
        {
            if (failures.Count < FailuresMax && await RunAsync(first + i) is { } failure)
                failures.Enqueue($"World {i + 1}: {failure}");
        });
        Assert.True(failures.IsEmpty, string.Join(Environment.NewLine, failures));
    }

    private static async Task<string?> RunAsync(int seed)
    {
        var trace = new Trace();
        try
        {
            using var world = new World(seed, trace);
            await world.RunAsync();
            return null;
        }
        catch (WorldException failure)
        {
            return $"""
                {failure.Message}
                Again: THERMOCLINE_SIM_WORLDS=1 THERMOCLINE_SIM_SEED={seed} ./test No_world_loses
                The last steps:
                {trace}
                """;
        }
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
