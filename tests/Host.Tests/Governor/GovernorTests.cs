using Thermocline.Contract.Configuration;
using Thermocline.Contract.Status;
using Thermocline.Memory.Caches;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Governor.Ladder;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store;
using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;
using CompressionLevel = Thermocline.Store.CompressionLevel;

namespace Thermocline.Host.Tests.Governor;

/// <summary>The governor over a store that is real and memory that is not: a number which the steps lower, or do not.</summary>
public sealed class GovernorTests : IDisposable
{
    private const long Mebibyte = 1 << 20;

    // 1,000 MiB: goal 687, marks at 750, 900 and 950.
    private static readonly BudgetConfiguration Budget = new() { Limit = 1000 * Mebibyte };

    private readonly ManualTime _time = new();
    private readonly MemoryLedger _ledger = new();
    private readonly CacheBudget _caches = new();
    private readonly TieredStore _store;
    private readonly List<string> _taken = [];
    private long _used = 400 * Mebibyte;
    private long _container;
    private long _heapLimit;
    private TimeSpan _slowest;

    public GovernorTests()
    {
        var options = new StoreOptions { HotBytes = 4 * Mebibyte, Ledger = _ledger, BackgroundPacking = false };
        _store = TieredStore.Open(options, new MemoryFiles(), _time);
    }

    [Fact]
    public void Calm_memory_is_left_alone()
    {
        using var governor = Of(Step("a", 1, 100));
        Look(governor, 10);
        Assert.Empty(_taken);
        Assert.Equal("calm", governor.Report.State);
        Assert.Empty(governor.Report.Actions);
        Assert.Null(governor.Report.Culprit);
    }

    [Fact]
    public void Steps_are_taken_cheapest_first_until_the_goal_is_reached()
    {
        using var governor = Of(Step("dear", 1, 500), Step("cheap", 0.001, 50), Step("fair", 0.1, 500));
        _used = 800 * Mebibyte;
        _slowest = TimeSpan.FromMilliseconds(12);
        Look(governor);
        Assert.Equal(["cheap", "fair"], _taken);
        Assert.Equal("calm", governor.Report.State);
        PressureAction fair = Assert.Single(governor.Report.Actions, action => action.Step == "fair");
        Assert.Equal(500 * Mebibyte, fair.FreedBytes);
        Assert.Equal("routine", fair.State);
        Assert.Equal(12, fair.SlowestRequestMs);
        Assert.Equal(["state", "cheap", "fair", "state"], governor.Report.Actions.Select(action => action.Step));
    }

    [Fact]
    public void The_prediction_follows_what_a_step_really_did()
    {
        using var governor = Of(Step("promises", 0.0001, 0, TimeSpan.FromSeconds(1)), Step("keeps", 0.01, 20));
        _used = 800 * Mebibyte;
        for (int i = 0; i < 5; i++)
        {
            _used = 800 * Mebibyte;
            Look(governor);
        }

        Assert.Equal("keeps", governor.Report.Steps[0].Step);
        Assert.True(governor.Report.Steps[1].PredictedSecondsPerMebibyte > 1);
    }

    [Fact]
    public void A_step_that_frees_nothing_is_left_alone_longer_and_longer_but_not_in_an_emergency()
    {
        using var governor = Of(Step("fruitless", 0.1, 0));
        _used = 800 * Mebibyte;
        Look(governor, 100);
        Assert.InRange(_taken.Count, 3, 10);
        int before = _taken.Count;
        _used = 910 * Mebibyte;
        Look(governor, 10);
        Assert.Equal(before + 10, _taken.Count);
    }

    [Fact]
    public void Writes_are_refused_only_when_everything_was_tried_and_are_taken_again_after()
    {
        using var governor = Of(Step("too little", 0.1, 1));
        _used = 940 * Mebibyte;
        Look(governor);
        Assert.Equal("critical", governor.Report.State);
        Assert.False(governor.RefusesWrite());
        _used = 970 * Mebibyte;
        Look(governor);
        Assert.Equal("refusing", governor.Report.State);
        Assert.True(governor.RefusesWrite());
        Look(governor);
        Assert.Equal(1, governor.Report.RefusedWrites);
        _used = 600 * Mebibyte;
        Look(governor);
        Assert.False(governor.RefusesWrite());
        Assert.Equal(
            ["new writes are answered 429; reads and deletes go on", "writes are taken again"],
            governor.Report.Actions.Where(action => action.Step == StoreLadder.RefuseWrites).Select(action => action.Reason));
    }

    [Fact]
    public void A_step_that_fails_for_want_of_memory_does_not_end_the_ladder()
    {
        ReliefStep broken = Step("broken", 0.001, 0) with { Run = static (_, _) => throw new InsufficientMemoryException("no memory") };
        using var governor = Of(broken, Step("works", 0.1, 500));
        _used = 920 * Mebibyte;
        Look(governor);
        Assert.Equal(["works"], _taken);
        PressureAction failed = Assert.Single(governor.Report.Actions, action => action.Step == "broken");
        Assert.Equal("no memory", failed.Failure);
        Assert.Equal(1, governor.Report.Steps.Single(step => step.Step == "broken").Failures);
    }

    [Fact]
    public void A_step_that_claims_what_it_did_not_do_is_shown_with_both_figures()
    {
        ReliefStep liar = Step("liar", 0.001, 0) with { Run = static (_, _) => new Relief(300 * Mebibyte, null) };
        using var governor = Of(liar);
        _used = 800 * Mebibyte;
        Look(governor);
        PressureAction lie = Assert.Single(governor.Report.Actions, action => action.Step == "liar");
        Assert.Equal(0, lie.FreedBytes);
        Assert.Equal(300 * Mebibyte, lie.ClaimedBytes);
    }

    [Fact]
    public void Who_holds_the_memory_is_named()
    {
        using MemoryAccount hog = _ledger.Open("connections", "bodies", MemoryKind.Managed);
        hog.Charge(500 * Mebibyte);
        using var governor = Of(Step("nothing", 0.1, 0));
        _used = 920 * Mebibyte;
        Look(governor);
        Assert.Equal("connections/bodies holds 500 MiB; the share of its component is 100.", governor.Report.Culprit);
    }

    [Fact]
    public void An_account_that_cannot_be_true_is_named_first()
    {
        using MemoryAccount hog = _ledger.Open("connections", "bodies", MemoryKind.Managed);
        hog.Charge(500 * Mebibyte);
        using MemoryAccount liar = _ledger.Open("signals", "windows", MemoryKind.Managed);
        liar.Charge(-5);
        liar.Release(10);
        liar.Charge(long.MaxValue);
        using var governor = Of();
        _used = 920 * Mebibyte;
        Look(governor);
        Assert.StartsWith("signals/windows charged bytes that cannot be true, 3 times", governor.Report.Culprit, StringComparison.Ordinal);
        Assert.Equal(500 * Mebibyte, _ledger.ManagedBytes - _store.Memory.Ledger.Figures.Where(account => account != hog.Figures).Sum(
            account => account.Kind == MemoryKind.Managed ? account.Bytes : 0));
    }

    [Fact]
    public void Memory_that_nobody_counts_is_named()
    {
        using var governor = new Sidecar.Governor.Governor(
            Setup() with { Sense = _ => new MemoryReading { Resident = 920 * Mebibyte, Anonymous = 900 * Mebibyte } }, Budget, []);
        Look(governor);
        Assert.Contains("Memory that no component counts: 900 MiB", governor.Report.Culprit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_that_shrinks_shrinks_the_budget_and_the_heap()
    {
        using var governor = Of();
        Look(governor);
        Assert.Equal(500 * Mebibyte, _heapLimit);
        _container = 512 * Mebibyte;
        Look(governor);
        Assert.Equal(512 * Mebibyte, governor.Report.LimitBytes);
        Assert.Equal(256 * Mebibyte, _heapLimit);
        Assert.Contains(governor.Report.Actions, action => action.Step == StoreLadder.Resize);
        _container = 0;
        Look(governor);
        Assert.Equal(1000 * Mebibyte, governor.Report.LimitBytes);
    }

    [Fact]
    public async Task The_ladder_of_a_store_gives_memory_back_and_takes_nothing_from_its_records()
    {
        for (int i = 0; i < 2000; i++)
            await _store.WriteAsync(new WriteOperation { Key = Keys.Compose("a", $"{i}"), Value = new byte[1500] });
        _caches.BytesMax = 2 * Mebibyte;
        _store.Memory.ChunkBytes = 8 * Mebibyte;
        using var governor = new Sidecar.Governor.Governor(Setup(), Budget);
        _store.Memory.HotBytes = 4 * Mebibyte;
        long held = _store.Memory.HotBytesHeld;
        Assert.True(held > Mebibyte);
        _used = 960 * Mebibyte;
        Look(governor, 3);
        Assert.True(_store.Memory.PackingRests);
        Assert.True(_store.Memory.ChunkBytes < 8 * Mebibyte);
        Assert.Contains(governor.Report.Actions, action => action.Step == StoreLadder.Emergency);
        for (int i = 0; i < 2000; i++)
        {
            using ReadLease lease = _store.Read(Keys.Compose("a", $"{i}"));
            Assert.Equal(1500, lease.Value.Length);
        }

        _used = 400 * Mebibyte;
        Look(governor, 12);
        Assert.False(_store.Memory.PackingRests);
        Assert.Equal(governor.Plan.ChunkBytes, _store.Memory.ChunkBytes);
        Assert.Equal(governor.Plan.CacheBytes, _caches.BytesMax);
        Assert.Contains(governor.Report.Actions, action => action.Step == StoreLadder.Recover);
    }

    [Fact]
    public void A_charge_that_crosses_the_mark_asks_for_a_look_at_once()
    {
        using var governor = Of();
        using var looked = new ManualResetEventSlim();
        Look(governor);
        _ledger.AlarmAt(_ledger.Bytes + (100 * Mebibyte), looked.Set);
        using MemoryAccount account = _ledger.Open("signals", "windows", MemoryKind.Native);
        account.Charge(99 * Mebibyte);
        Assert.False(looked.IsSet);
        account.Charge(2 * Mebibyte);
        Assert.True(looked.IsSet);
    }

    [Fact]
    public void The_level_of_adaptive_follows_the_goal()
    {
        using var governor = Of();
        _store.Compression = CompressionLevel.Adaptive;
        _used = 800 * Mebibyte;
        Look(governor, 3);
        Assert.Equal("Max", governor.Report.CompressionLevel);
        _store.Compression = CompressionLevel.Off;
        Look(governor);
        Assert.Equal("Off", governor.Report.CompressionLevel);
    }

    [Fact]
    public void Listeners_hear_what_is_remembered_and_what_comes()
    {
        using var governor = Of(Step("a", 0.1, 500));
        _used = 800 * Mebibyte;
        Look(governor);
        using PressureEvents.Listener? late = governor.Events.Listen(afterId: 1);
        Assert.NotNull(late);
        Assert.True(late.Actions.TryRead(out PressureAction? first));
        Assert.Equal(2, first.Id);
        var others = new List<PressureEvents.Listener?>();
        for (int i = 0; i < PressureEvents.ListenersMax; i++)
            others.Add(governor.Events.Listen(0));
        Assert.Null(others[^1]);
        others.ForEach(static each => each?.Dispose());
        Assert.NotNull(governor.Events.Listen(0));
    }

    public void Dispose() => _store.Dispose();

    private Sidecar.Governor.Governor Of(params ReliefStep[] steps) => new(Setup(), Budget, steps);

    private GovernorSetup Setup() => new(_store, _caches, false, Sense, bytes => (_heapLimit = bytes) > 0, static _ => { }, () => _slowest, _time);

    private MemoryReading Sense(MemoryLedger ledger) => new()
    {
        Resident = _used,
        Anonymous = ledger.Bytes,
        Ledger = ledger.Bytes,
        Native = ledger.NativeBytes,
        ManagedCommitted = ledger.ManagedBytes,
        Cgroup = new CgroupReading(_container > 0 ? _used : 0, _container, 0, 0, 0, 0, 1),
    };

    private ReliefStep Step(string name, double cost, int freesMebibytes, TimeSpan takes = default) => new()
    {
        Name = name,
        From = PressureState.Routine,
        Cost = new StepCost(cost, 0),
        Run = (_, _) =>
        {
            _taken.Add(name);
            _time.Advance(takes);
            _used -= freesMebibytes * Mebibyte;
            return new Relief(freesMebibytes * Mebibyte, null);
        },
    };

    private void Look(Sidecar.Governor.Governor governor, int looks = 1)
    {
        for (int look = 0; look < looks; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            governor.Look();
        }
    }
}
