using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Tiering;

/// <summary>
/// Every file operation and every request of a life with a bucket is interrupted in turn. Whatever survived: every
/// acknowledged record is there, once; the rounds go on; nothing is left over in the bucket; and the bucket alone gives
/// back all that was reported.
/// </summary>
public sealed class ColdStepsTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_scenario_meets_every_kind_of_move()
    {
        using var run = new Run();
        await run.Scenario.RunAsync();
        output.WriteLine($"{run.First.Operations.Count} + {run.Second.Operations.Count} operations, {run.Cold.Calls.Count} requests");
        Assert.True(run.Scenario.Moved);
        Assert.True(run.Scenario.Evicted > 0, "Something leaves the disk.");
        Assert.True(run.Scenario.Promoted > 0, "Something comes back.");
        Assert.True(run.Scenario.Collected > 0, "Something is garbage.");
        await run.CheckAsync("nothing");
    }

    public static TheoryData<bool, Tear> Interruptions => new()
    {
        { true, Tear.None },
        { true, Tear.All },
        { true, Tear.Sectors(1) },
        { false, Tear.None },
    };

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Any_file_operation_may_be_the_last(bool powerLost, Tear tear)
    {
        using var counting = new Run();
        await counting.Scenario.RunAsync();
        int here = counting.First.Operations.Count, there = counting.Second.Operations.Count;
        for (int number = 0; number < here + there; number++)
        {
            using var run = new Run();
            FaultyFiles files = number < here ? run.First : run.Second;
            int at = number < here ? number : number - here;
            if (powerLost)
                files.CrashAt(at, tear);
            else
                files.FailAt(at, tear);
            await run.Scenario.RunAsync();
            await run.CheckAsync($"operation {number}, power lost {powerLost}, {tear}");
        }
    }

    public static TheoryData<ColdTrouble, bool> Troubles => new()
    {
        { ColdTrouble.Unavailable, true },
        { ColdTrouble.AnswerLost, true },
        { ColdTrouble.Late, true },
        { ColdTrouble.Unavailable, false },
        { ColdTrouble.AnswerLost, false },
        { ColdTrouble.Late, false },
        { ColdTrouble.Duplicate, false },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Any_request_may_be_the_last(ColdTrouble trouble, bool dies)
    {
        using var counting = new Run();
        await counting.Scenario.RunAsync();
        for (int number = 0; number < counting.Cold.Calls.Count; number++)
        {
            using var run = new Run();
            int target = number;
            run.Cold.Rule = call =>
            {
                if (call.Number != target)
                    return ColdTrouble.None;
                if (dies)
                    run.CutPower();
                return trouble;
            };
            await run.Scenario.RunAsync();
            run.Cold.Rule = null;
            await run.CheckAsync($"request {number} {run.Cold.Calls[number]}, {trouble}, dies {dies}");
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly ManualTime _time = new();

        public Run()
        {
            Cold = new MemoryColdStore(_time);
            Scenario = new ColdScenario(First, Second, Cold, _time);
        }

        public FaultyFiles First { get; } = new();

        public FaultyFiles Second { get; } = new();

        public MemoryColdStore Cold { get; }

        public ColdScenario Scenario { get; }

        /// <summary>As a process that is killed: what it wrote is there.</summary>
        public void CutPower()
        {
            First.AfterCrash(Tear.All);
            Second.AfterCrash(Tear.All);
        }

        public async Task CheckAsync(string what)
        {
            IFiles files = await SurvivingAsync();
            string[] records;
            using (TieredStore store = TieredStore.Open(ColdScenario.Options, files, _time, Cold))
            {
                int least = Scenario.Acknowledged;
                int prefix = Scenario.FindPrefix(store, least);
                Assert.True(prefix >= 0, $"{what}: no prefix from {least} on: {string.Join(", ", store.List())}");
                Assert.Empty(store.Status.Damages);
                await store.PutAsync("later", what);
                await store.ShipAsync(CancellationToken.None);
                Cold.DeliverLate();
                store.Pack(CancellationToken.None);
                for (int i = 0; i < 9; i++)
                {
                    await store.ShipAsync(CancellationToken.None);
                    _time.Advance(TimeSpan.FromHours(8));
                }

                Assert.Equal(store.Status.Sequence, store.Status.Cold!.RecoverySequence);
                records = [.. store.List().Select(key => $"{key} = {store.Text(key)}")];
                Assert.Empty(store.Status.Damages);
            }

            ColdObject manifest = (await Cold.GetAsync(ObjectNames.Manifest, Manifest.BytesMax, CancellationToken.None))!;
            var rule = new GarbageCollection(ManifestText.Read(manifest.Content.Span));
            Assert.True(!Cold.Names.Any(rule.IsGarbage), $"{what}: left over {string.Join(", ", Cold.Names.Where(rule.IsGarbage))}");
            var fresh = new MemoryFiles();
            await TieredStore.RestoreAsync(fresh, Cold, _time, true, null, CancellationToken.None);
            using TieredStore restored = TieredStore.Open(ColdScenario.Options, fresh, _time, Cold);
            Assert.Equal(records, restored.List().Select(key => $"{key} = {restored.Text(key)}"));
        }

        public void Dispose() => Cold.Dispose();

        private async Task<IFiles> SurvivingAsync()
        {
            if (Scenario.Moved)
                return Second.Crashed ? Second.AfterCrash() : Second;
            // A restoration that was interrupted is run again in what it left.
            if (Second.Operations.Count > 0)
            {
                FaultyFiles files = Second.Crashed ? Second.AfterCrash() : Second;
                if (files.Exists("identity"))
                    return files;
                await TieredStore.RestoreAsync(files, Cold, _time, false, null, CancellationToken.None);
                return files;
            }

            return First.Crashed ? First.AfterCrash() : First;
        }
    }
}
