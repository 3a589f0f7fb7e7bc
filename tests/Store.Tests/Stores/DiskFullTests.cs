using Thermocline.Store.Files;
using Thermocline.Store.Tests.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Store.Tests.Stores;

/// <summary>A disk without space: what was acknowledged can be read, writes are refused clearly and go on once there is space.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int Steps = 60;
    private const int RefusalsWanted = 3;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);

    public static TheoryData<DurabilityPolicy, bool, Tear> Cases => new()
    {
        { DurabilityPolicy.Always, false, Tear.None },
        { DurabilityPolicy.Always, false, Tear.All },
        { DurabilityPolicy.Always, true, Tear.Prefix(3) },
        { DurabilityPolicy.Never, true, Tear.Sectors(4) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_disk_full_from_any_operation_on_refuses_writes_until_there_is_space(
        DurabilityPolicy policy, bool pack, Tear tear)
    {
        var counting = new FaultyFiles();
        await new Run(counting, policy, pack).ToEndAsync();
        output.WriteLine($"{counting.Operations.Count} operations");
        int refused = 0;
        for (int number = 0; number < counting.Operations.Count; number++)
        {
            var files = new FaultyFiles();
            files.FullFrom(number, tear);
            var run = new Run(files, policy, pack);
            await run.ToEndAsync();
            refused += run.Refusals;
            files.GiveSpace();
            run.CheckReopened(files, $"full from operation {number} on");
        }

        Assert.True(refused > counting.Operations.Count, $"{refused} refusals");
    }

    public static TheoryData<Tear> Tears => [Tear.All, Tear.Sectors(1)];

    [Theory]
    [MemberData(nameof(Tears))]
    public async Task A_write_that_a_full_disk_refused_is_not_found_when_the_power_is_lost_then(Tear tear)
    {
        var counting = new FaultyFiles();
        await new Run(counting, DurabilityPolicy.Always, pack: false).ToEndAsync();
        for (int number = 0; number < counting.Operations.Count; number++)
        {
            var files = new FaultyFiles();
            files.FullFrom(number, Tear.All);
            var run = new Run(files, DurabilityPolicy.Always, pack: false) { CrashesWhenRefused = tear };
            await run.ToEndAsync();
            run.CheckReopened(files.AfterCrash(tear), $"full from operation {number} on, then power lost");
        }
    }

    [Fact]
    public async Task A_store_opens_for_reading_on_a_full_disk_and_goes_on_once_there_is_space()
    {
        var files = new FaultyFiles();
        TieredStore first = Testing.Stores.OpenSmall(files);
        await first.PutAsync("a", "1");
        FaultyFiles crashed = files.AfterCrash(Tear.None);
        first.Dispose();
        crashed.FullFrom(0);
        using (TieredStore full = Testing.Stores.OpenSmall(crashed))
        {
            Assert.Equal("1", full.Text("a"));
            Assert.Equal(["a"], full.List());
            Assert.Empty(full.Verify(CancellationToken.None));
            await RefusedAsync(full, "b");
            crashed.GiveSpace();
            Assert.Equal(WriteOutcome.Done, (await full.PutAsync("b", "2")).Outcome);
            Assert.True(SpinWait.SpinUntil(() => full.IsSettled, SettleLimit), "The sealer must find the space.");
        }

        using TieredStore again = Testing.Stores.OpenSmall(crashed);
        Assert.True(again.Status.Recovery.Clean);
        Assert.Equal(["a", "b"], again.List());
    }

    [Fact]
    public async Task A_full_disk_of_any_size_keeps_what_fitted_and_takes_more_when_it_grows()
    {
        for (long capacity = 70_000; capacity < 700_000; capacity += 45_000)
        {
            var files = new FaultyFiles { Capacity = capacity };
            int stored = 0;
            using (TieredStore store = Testing.Stores.OpenSmall(files))
            {
                while (await TryPutAsync(store, stored))
                    stored++;
                Assert.NotNull(store.Status.DiskFullBy);
                Assert.Null(store.Status.LatchedBy);
                await store.FlushAsync();
                CheckFilled(store, stored);
                files.Capacity += 1 << 20;
                Assert.True(await TryPutAsync(store, stored));
                stored++;
                Assert.Null(store.Status.DiskFullBy);
                CheckFilled(store, stored);
            }

            using TieredStore again = Testing.Stores.OpenSmall(files);
            CheckFilled(again, stored);
        }
    }

    [Fact]
    public async Task A_real_file_system_that_is_full_refuses_writes_until_there_is_space()
    {
        using SmallFileSystem disk = SmallFileSystem.Mount("4m");
        string ballast = Path.Combine(disk.Path, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[3 << 20], TestContext.Current.CancellationToken);
        var files = new DiskFiles(Path.Combine(disk.Path, "store"));
        int stored = 0;
        using (TieredStore store = Testing.Stores.OpenSmall(files))
        {
            while (await TryPutAsync(store, stored))
                stored++;
            Assert.True(stored > 100, $"{stored}");
            Assert.Null(store.Status.LatchedBy);
            CheckFilled(store, stored);
        }

        using (TieredStore full = Testing.Stores.OpenSmall(files))
        {
            CheckFilled(full, stored);
            while (await TryPutAsync(full, stored))
                stored++;
            File.Delete(ballast);
            for (int i = 0; i < 100; i++)
                Assert.True(await TryPutAsync(full, stored++));
        }

        using TieredStore again = Testing.Stores.OpenSmall(files);
        CheckFilled(again, stored);
        Assert.Empty(again.Verify(CancellationToken.None));
    }

    [Fact]
    public void A_real_file_system_that_is_full_is_told_from_other_failures_at_every_call()
    {
        using SmallFileSystem disk = SmallFileSystem.Mount("1m");
        var files = new DiskFiles(Path.Combine(disk.Path, "store"));
        using IFile file = files.Create("a", 0);
        file.Write(new byte[64 << 10], 0);
        Assert.Throws<DiskFullException>(() => files.Create("b", 2 << 20));
        Assert.Equal(["a"], files.List(""));
        Assert.Throws<DiskFullException>(() => file.Write(new byte[2 << 20], 0));
        file.SetLength(64 << 10);
        using IFile rest = files.Create("c", 0);
        Assert.Throws<DiskFullException>(() => rest.Write(new byte[1 << 20], 0));
        Assert.Equal(64 << 10, file.Length);
    }

    private static async Task RefusedAsync(TieredStore store, string key)
    {
        StoreException refused = await Assert.ThrowsAsync<StoreException>(async () => await store.PutAsync(key, "x"));
        Assert.Equal(StoreFault.DiskFull, refused.Fault);
    }

    private static async Task<bool> TryPutAsync(TieredStore store, int number)
    {
        try
        {
            return (await store.PutAsync($"{number}", Filling(number))).Outcome == WriteOutcome.Done;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.DiskFull)
        {
            return false;
        }
    }

    private static string Filling(int number) => $"{number} " + new string('x', 500 + (number % 400));

    private static void CheckFilled(TieredStore store, int count)
    {
        Assert.Equal(count, store.List("", 1000).Count);
        for (int i = 0; i < count; i++)
            Assert.Equal(Filling(i), store.Text($"{i}"));
    }

    /// <summary>Writes, with what was acknowledged kept beside it; makes space after some refusals.</summary>
    private sealed class Run(FaultyFiles files, DurabilityPolicy policy, bool pack)
    {
        private readonly SortedDictionary<string, string> _model = new(StringComparer.Ordinal);
        private readonly Random _random = new(13);

        public int Refusals { get; private set; }

        public Tear? CrashesWhenRefused { get; init; }

        private StoreOptions Options => Testing.Stores.Small with
        {
            Durability = policy,
            SegmentFrames = 16,
            SyncInterval = TimeSpan.FromMinutes(1),
        };

        public async Task ToEndAsync()
        {
            for (int half = 0; half < 2; half++)
            {
                using TieredStore store = Open();
                for (int i = 0; i < Steps / 2; i++)
                {
                    if (await StepAsync(store, i) || CrashesWhenRefused is not { } tear)
                        continue;
                    // Before the store can put anything right while it closes.
                    files.AfterCrash(tear);
                    return;
                }
            }
        }

        public void CheckReopened(FaultyFiles found, string what)
        {
            using TieredStore store = TieredStore.Open(Options, found, TimeProvider.System);
            Check(store, what);
            Assert.Empty(store.Status.Damages);
            Assert.Empty(store.Verify(CancellationToken.None));
        }

        private TieredStore Open()
        {
            try
            {
                return TieredStore.Open(Options, files, TimeProvider.System);
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.DiskFull)
            {
                // A new store cannot be made where there is no space.
                Assert.Empty(_model);
                Refusals++;
                files.GiveSpace();
                return TieredStore.Open(Options, files, TimeProvider.System);
            }
        }

        private async Task<bool> StepAsync(TieredStore store, int step)
        {
            WriteOperation[] batch = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(part => Operation(step, part))];
            bool done = await TryAsync(store, batch);
            if (done)
            {
                foreach (WriteOperation operation in batch)
                    Apply(operation);
            }

            string what = $"step {step}, {Refusals} refusals";
            Assert.Null(store.Status.LatchedBy);
            if (!done)
                Check(store, what);
            if (!done && ++Refusals % RefusalsWanted == 0 && CrashesWhenRefused is null)
                files.GiveSpace();
            // Sealing runs in the background; waiting for it makes the order of the file calls the same in every run.
            if (done)
                SpinWait.SpinUntil(() => store.IsSettled || files.IsFull, SettleLimit);
            if (pack && step % 9 == 8)
                TryPack(store);
            return done;
        }

        private static async Task<bool> TryAsync(TieredStore store, WriteOperation[] batch)
        {
            try
            {
                WriteAnswer answer = await store.WriteAsync(batch);
                Assert.True(answer.Outcome is WriteOutcome.Done or WriteOutcome.Absent, $"{answer.Outcome}");
                return true;
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.DiskFull)
            {
                return false;
            }
        }

        private void TryPack(TieredStore store)
        {
            try
            {
                store.Pack(CancellationToken.None);
            }
            catch (StoreException failure) when (failure.Fault == StoreFault.DiskFull)
            {
                Check(store, "packing without space");
            }
        }

        private WriteOperation Operation(int step, int part)
        {
            string key = $"key {_random.Next(12)}";
            return _random.Next(5) == 0
                ? Testing.Stores.Delete(key)
                : Testing.Stores.Put(key, $"{step} {part} " + new string('v', _random.Next(1, 3_000)));
        }

        private void Apply(in WriteOperation operation)
        {
            string key = System.Text.Encoding.UTF8.GetString(Keys.KeyOf(operation.Key.Span));
            if (operation.Delete)
                _model.Remove(key);
            else
                _model[key] = System.Text.Encoding.UTF8.GetString(operation.Value.Span);
        }

        private void Check(TieredStore store, string what)
        {
            Assert.True(_model.Keys.SequenceEqual(store.List()), $"{what}: {string.Join(", ", store.List())}");
            foreach ((string key, string value) in _model)
                Assert.True(value == store.Text(key), $"{what}: {key}");
        }
    }
}
