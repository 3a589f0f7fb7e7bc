using Thermocline.Store.Accounting;
using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Store.Tests.Accounting;

public sealed class MemoryLedgerTests
{
    private readonly MemoryLedger _ledger = new();

    [Fact]
    public void Charges_add_up_and_a_disposed_owner_gives_everything_back()
    {
        using MemoryAccount heap = _ledger.Open("cache", "chunks", MemoryKind.Managed);
        using (MemoryAccount hot = _ledger.Open("states", "hot", MemoryKind.Native))
        {
            hot.Charge(100);
            heap.Charge(10);
            hot.Release(30);
            Assert.Equal(80, _ledger.Bytes);
            Assert.Equal(70, _ledger.NativeBytes);
            Assert.Equal(new AccountFigures("states", "hot", MemoryKind.Native, 70, 100, 0), hot.Figures);
            Assert.Equal(2, _ledger.Figures.Count);
        }

        Assert.Equal(10, _ledger.Bytes);
        Assert.Equal("chunks", Assert.Single(_ledger.Figures).Part);
    }

    [Fact]
    public void What_comes_after_the_end_of_an_owner_is_not_counted()
    {
        MemoryAccount account = _ledger.Open("states", "hot", MemoryKind.Native);
        account.Charge(5);
        account.Dispose();
        account.Release(5);
        account.Charge(7);
        account.Dispose();
        Assert.Equal(0, _ledger.Bytes);
    }

    [Fact]
    public void Lies_are_counted_as_mistakes_and_never_make_the_ledger_negative()
    {
        using MemoryAccount liar = _ledger.Open("signals", "windows", MemoryKind.Managed);
        liar.Charge(-1);
        liar.Charge(long.MaxValue);
        liar.Release(long.MinValue);
        liar.Set(-5);
        Assert.Equal(0, liar.Bytes);
        liar.Charge(10);
        liar.Release(11);
        Assert.Equal(0, liar.Bytes);
        Assert.Equal(5, liar.Figures.Mistakes);
        Assert.Equal(0, _ledger.Bytes);
        liar.Charge(MemoryAccount.BytesMax);
        liar.Charge(MemoryAccount.BytesMax);
        Assert.Equal(MemoryAccount.BytesMax, _ledger.Bytes);
    }

    [Fact]
    public void The_alarm_rings_once_for_the_charge_that_reaches_the_mark()
    {
        using MemoryAccount account = _ledger.Open("states", "hot", MemoryKind.Native);
        int rung = 0;
        _ledger.AlarmAt(100, () => rung++);
        account.Charge(99);
        account.Release(50);
        Assert.Equal(0, rung);
        account.Charge(60);
        account.Charge(60);
        Assert.Equal(1, rung);
        _ledger.AlarmAt(200, () => rung += 10);
        account.Set(200);
        Assert.Equal(11, rung);
    }

    [Fact]
    public void Many_threads_lose_nothing()
    {
        using MemoryAccount account = _ledger.Open("states", "hot", MemoryKind.Native);
        var threads = new List<Thread>();
        for (int i = 0; i < 4; i++)
        {
            var thread = new Thread(() =>
            {
                for (int n = 0; n < 50_000; n++)
                {
                    account.Charge(3);
                    account.Release(2);
                }
            });
            thread.Start();
            threads.Add(thread);
        }

        threads.ForEach(static thread => thread.Join());
        Assert.Equal(200_000, account.Bytes);
        Assert.Equal(200_000, _ledger.Bytes);
        Assert.Equal(0, account.Figures.Mistakes);
    }

    [Fact]
    public async Task A_store_charges_what_it_holds_and_gives_it_all_back_when_it_closes()
    {
        var options = new StoreOptions { Ledger = _ledger, HotBytes = 4 << 20 };
        using (TieredStore store = TieredStore.Open(options, new MemoryFiles(), TimeProvider.System))
        {
            for (int i = 0; i < 1000; i++)
                await store.WriteAsync(new WriteOperation { Key = Keys.Compose("a", $"{i}"), Value = new byte[1000] });
            Assert.Equal(store.Status.Hot.Bytes, Bytes("hot"));
            Assert.True(Bytes("index") >= 1000 * 16);
            Assert.True(Bytes("log") > 256 << 10);
            store.Memory.HotBytes = 1 << 20;
            Assert.True(Bytes("hot") <= 1 << 20);
            Assert.All(_ledger.Figures, static account => Assert.Equal(0, account.Mistakes));
        }

        Assert.Equal(0, _ledger.Bytes);
        Assert.Empty(_ledger.Figures);
    }

    private long Bytes(string part) => _ledger.Figures.Single(account => account.Part == part).Bytes;
}
