using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Contract.Configuration;
using Thermocline.Memory.Caches;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Governor.Ladder;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store;
using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Host.Tests.Governor.Ladder;

/// <summary>A cold store that never answers: the ladder goes on without it, and says so.</summary>
public sealed class OffloadTests : IAsyncLifetime
{
    private const long Mebibyte = 1 << 20;
    private readonly ManualTime _time = new();
    private readonly MemoryColdStore _cold;
    private readonly TieredStore _store;
    private long _used = 800 * Mebibyte;

    public OffloadTests()
    {
        _cold = new MemoryColdStore(_time) { Rule = static _ => ColdTrouble.Hangs };
        var options = new StoreOptions { BackgroundPacking = false, Cold = new ColdOptions { Background = false } };
        _store = TieredStore.Open(options, new MemoryFiles(), _time, _cold);
    }

    [Fact]
    public void A_stuck_cold_store_is_waited_for_by_nobody_and_named_in_the_end()
    {
        using var offload = new Offload(_store, _time);
        Assert.Equal(0, offload.Run().ClaimedBytes);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("the cold store has been working for 30 s", offload.Run().Note);
        _time.Advance(TimeSpan.FromMinutes(2));
        StoreException failure = Assert.Throws<StoreException>(() => offload.Run());
        Assert.Contains("has not finished a round in 150 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ladder_goes_on_to_the_end_while_the_cold_store_is_stuck()
    {
        using var governor = new Sidecar.Governor.Governor(Setup(hasCold: true), new BudgetConfiguration { Limit = 1000 * Mebibyte });
        _used = 960 * Mebibyte;
        for (int look = 0; look < 40; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            governor.Look();
        }

        Assert.Equal("refusing", governor.Report.State);
        Assert.Contains(governor.Report.Actions, static action => action.Step == StoreLadder.OffloadSegments
            && action.Failure is not null && action.Failure.Contains("cold store", StringComparison.Ordinal));
        Assert.True(governor.Report.Steps.Single(static step => step.Step == StoreLadder.Emergency).Runs > 1);
    }

    [Fact]
    public async Task The_thread_looks_at_once_when_a_charge_crosses_a_mark()
    {
        var budget = new BudgetConfiguration { Limit = 1000 * Mebibyte, IntervalSeconds = 3600 };
        using var governor = new Sidecar.Governor.Governor(
            Setup(hasCold: false) with { Sense = static ledger => new MemoryReading { Resident = ledger.Bytes, Ledger = ledger.Bytes } }, budget, []);
        using PressureEvents.Listener listener = governor.Events.Listen(0)!;
        governor.Look();
        governor.Start(NullLogger.Instance);
        using MemoryAccount account = _store.Memory.Ledger.Open("signals", "windows", MemoryKind.Native);
        account.Charge(800 * Mebibyte);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, TestContext.Current.CancellationToken);
        Contract.Status.PressureAction action = await listener.Actions.ReadAsync(either.Token);
        Assert.Contains("calm → routine", action.Reason, StringComparison.Ordinal);
    }

    // A store that nothing was written to has nothing to ship.
    public async ValueTask InitializeAsync() =>
        await _store.WriteAsync(new WriteOperation { Key = Keys.Compose("a", "b"), Value = new byte[] { 1 } });

    public ValueTask DisposeAsync()
    {
        _cold.Rule = static _ => ColdTrouble.Unavailable;
        _store.Dispose();
        _cold.Dispose();
        return ValueTask.CompletedTask;
    }

    private GovernorSetup Setup(bool hasCold) => new(
        _store, new CacheBudget(), hasCold, ledger => new MemoryReading { Resident = _used, Ledger = ledger.Bytes }, static _ => true, static _ => { }, static () => TimeSpan.Zero, _time);
}
