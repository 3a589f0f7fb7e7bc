using System.Runtime.CompilerServices;
using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Store.Tests.Commit;

public sealed class ContinuesInlineTests
{
    private const string Committing = "thermocline-committer";

    [Fact]
    public async Task Who_continues_inline_does_so_where_writes_are_committed_and_may_write_again()
    {
        using var time = new HeldTime();
        var files = new MemoryFiles();
        byte[] first = Keys.Compose("a", "first"), second = Keys.Compose("a", "second");
        using (TieredStore store = TieredStore.Open(new StoreOptions { BackgroundPacking = false }, files, time))
        {
            Task<WriteAnswer> again = await WriteHeldAsync(store, time, new WriteOperation { Key = first, ContinuesInline = true }, () =>
            {
                Assert.Equal(Committing, Thread.CurrentThread.Name);
                return store.WriteAsync(new WriteOperation { Key = second }).AsTask();
            });
            Assert.Equal(WriteOutcome.Done, (await again).Outcome);
        }

        using TieredStore reopened = TieredStore.Open(new StoreOptions { BackgroundPacking = false }, files, time);
        Assert.True(IsThere(reopened, first));
        Assert.True(IsThere(reopened, second));
    }

    [Fact]
    public async Task One_inline_write_makes_no_later_one_inline()
    {
        using var time = new HeldTime();
        using TieredStore store = TieredStore.Open(new StoreOptions { BackgroundPacking = false }, new MemoryFiles(), time);
        // One request, used again.
        Assert.True(await WriteHeldAsync(store, time, new WriteOperation { Key = Keys.Compose("a", "1"), ContinuesInline = true }, IsCommitting));
        Assert.False(await WriteHeldAsync(store, time, new WriteOperation { Key = Keys.Compose("a", "2") }, IsCommitting));
    }

    private static bool IsCommitting() => Thread.CurrentThread.Name == Committing;

    private static bool IsThere(TieredStore store, byte[] key)
    {
        using ReadLease lease = store.Read(key);
        return lease.Found;
    }

    /// <summary>Does something where the write's answer is awaited, which it certainly is before it is there.</summary>
    private static Task<T> WriteHeldAsync<T>(TieredStore store, HeldTime time, WriteOperation operation, Func<T> then)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        time.Hold();
#pragma warning disable CA2012 // The awaiter is asked once, by the callback.
        ConfiguredValueTaskAwaitable<WriteAnswer>.ConfiguredValueTaskAwaiter written =
            store.WriteAsync(operation).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        written.UnsafeOnCompleted(() =>
        {
            try
            {
                Assert.Equal(WriteOutcome.Done, written.GetResult().Outcome);
                done.SetResult(then());
            }
#pragma warning disable CA1031 // The thread that commits must not see it; the test does.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                done.SetException(failure);
            }
        });
        time.LetGo();
        return done.Task;
    }

    /// <summary>A clock that keeps the committer waiting for the time.</summary>
    private sealed class HeldTime : TimeProvider, IDisposable
    {
        private readonly ManualResetEventSlim _free = new(true);

        public void Hold() => _free.Reset();

        public void LetGo() => _free.Set();

        public void Dispose() => _free.Dispose();

        public override DateTimeOffset GetUtcNow()
        {
            if (IsCommitting())
                _free.Wait();
            return DateTimeOffset.UnixEpoch.AddYears(50);
        }
    }
}
