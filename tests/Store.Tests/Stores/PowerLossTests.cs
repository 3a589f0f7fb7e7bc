using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

/// <summary>
/// Every write, flush, rename, sync, creation and deletion of a scenario is failed, and is interrupted by a power loss, in
/// turn. Whatever survived, the store opens, shows a prefix of the scenario with every acknowledged step, and takes writes.
/// </summary>
public sealed class PowerLossTests(ITestOutputHelper output)
{
    public static TheoryData<DurabilityPolicy, Tear> Tears
    {
        get
        {
            var rows = new TheoryData<DurabilityPolicy, Tear>();
            foreach (DurabilityPolicy policy in new[] { DurabilityPolicy.Always, DurabilityPolicy.Never })
            {
                foreach (Tear tear in (Tear[])[Tear.None, Tear.All, Tear.Prefix(1), Tear.Sectors(1), Tear.Sectors(2)])
                    rows.Add(policy, tear);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Tears))]
    public async Task Power_lost_at_any_operation_leaves_a_prefix_with_every_acknowledged_write(
        DurabilityPolicy policy, Tear tear)
    {
        int operations = await CountOperationsAsync(policy);
        output.WriteLine($"{operations} operations");
        for (int number = 0; number < operations; number++)
        {
            var files = new FaultyFiles();
            files.CrashAt(number, tear);
            CrashScenario scenario = CrashScenario.Mixed(policy);
            await scenario.RunAsync(files);
            Check(scenario, files.AfterCrash(tear), $"power lost at operation {number}, {tear}");
        }
    }

    [Theory]
    [MemberData(nameof(Tears))]
    public async Task Any_operation_that_fails_leaves_a_prefix_with_every_acknowledged_write(
        DurabilityPolicy policy, Tear tear)
    {
        int operations = await CountOperationsAsync(policy);
        for (int number = 0; number < operations; number++)
        {
            // As a process that restarts finds the disk, and as it is after the power was cut.
            foreach (bool powerLost in new[] { false, true })
            {
                var files = new FaultyFiles();
                files.FailAt(number, tear);
                CrashScenario scenario = CrashScenario.Mixed(policy);
                await scenario.RunAsync(files);
                Check(
                    scenario, powerLost ? files.AfterCrash(tear) : files,
                    $"operation {number} failed, {tear}, power lost {powerLost}");
            }
        }
    }

    public static TheoryData<DurabilityPolicy, Tear> PackingTears => new()
    {
        { DurabilityPolicy.Always, Tear.None },
        { DurabilityPolicy.Always, Tear.Sectors(1) },
        { DurabilityPolicy.Never, Tear.None },
        { DurabilityPolicy.Never, Tear.Prefix(1) },
        { DurabilityPolicy.Never, Tear.Sectors(2) },
    };

    [Theory]
    [MemberData(nameof(PackingTears))]
    public async Task Power_lost_at_any_operation_while_segments_are_packed_loses_nothing(DurabilityPolicy policy, Tear tear)
    {
        const int PackEvery = 7;
        var counting = new FaultyFiles();
        await CrashScenario.Mixed(policy, packEvery: PackEvery).RunAsync(counting);
        Assert.Contains(counting.Operations, static operation => operation.Path.EndsWith(".pak", StringComparison.Ordinal));
        for (int number = 0; number < counting.Operations.Count; number++)
        {
            foreach (bool crash in new[] { true, false })
            {
                var files = new FaultyFiles();
                if (crash)
                    files.CrashAt(number, tear);
                else
                    files.FailAt(number, tear);
                CrashScenario scenario = CrashScenario.Mixed(policy, packEvery: PackEvery);
                await scenario.RunAsync(files);
                Check(scenario, files.AfterCrash(tear), $"packing, operation {number}, crash {crash}, {tear}");
            }
        }
    }

    [Fact]
    public async Task Power_lost_while_recovering_from_a_power_loss_changes_nothing()
    {
        var files = new FaultyFiles();
        int half = await CountOperationsAsync(DurabilityPolicy.Always) / 2;
        files.CrashAt(half, Tear.Sectors(5));
        CrashScenario scenario = CrashScenario.Mixed(DurabilityPolicy.Always);
        await scenario.RunAsync(files);
        for (int number = 0; ; number++)
        {
            FaultyFiles again = files.AfterCrash(Tear.Sectors(5));
            again.CrashAt(number, Tear.Sectors(number));
            try
            {
                Testing.Stores.OpenSmall(again).Dispose();
            }
            catch (StoreException)
            {
                // Expected: the power is off.
            }

            bool finished = !again.Crashed;
            Check(scenario, again.AfterCrash(), $"power lost at operation {number} of recovery");
            if (finished)
            {
                Assert.True(number > 5, "Recovery must have had operations to interrupt.");
                return;
            }
        }
    }

    private static async Task<int> CountOperationsAsync(DurabilityPolicy policy)
    {
        var files = new FaultyFiles();
        CrashScenario scenario = CrashScenario.Mixed(policy);
        await scenario.RunAsync(files);
        int operations = files.Operations.Count;
        Assert.True(scenario.StepsAfterDeltas > 10, "Deltas must be among what is interrupted.");
        using TieredStore store = Testing.Stores.OpenSmall(files);
        Assert.Equal(scenario.Tried, scenario.FindPrefix(store));
        return operations;
    }

    private static void Check(CrashScenario scenario, FaultyFiles files, string what)
    {
        string before;
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            int prefix = scenario.FindPrefix(store);
            Assert.True(
                prefix >= 0,
                $"{what}: no prefix between {scenario.Acknowledged} and {scenario.Tried}: {string.Join(", ", store.List())}");
            Assert.Empty(store.Status.Damages);
            before = $"{prefix} {what}";
            store.PutAsync("after", before).AsTask().GetAwaiter().GetResult();
        }

        using TieredStore again = Testing.Stores.OpenSmall(files);
        Assert.Equal(before, again.Text("after"));
        Assert.Empty(again.Verify(CancellationToken.None));
    }
}
