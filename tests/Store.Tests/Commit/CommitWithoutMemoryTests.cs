using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Store.Tests.Commit;

public sealed class CommitWithoutMemoryTests
{
    [Fact]
    public async Task A_write_that_finds_no_memory_is_refused_and_the_next_one_is_taken()
    {
        var time = new FailingTime();
        var files = new MemoryFiles();
        byte[] key = Keys.Compose("a", "before"), refused = Keys.Compose("a", "refused"), after = Keys.Compose("a", "after");
        using (TieredStore store = TieredStore.Open(new StoreOptions { BackgroundPacking = false }, files, time))
        {
            await store.WriteAsync(new WriteOperation { Key = key, Value = new byte[] { 1 } });
            time.FailNext();
            StoreException failure = await Assert.ThrowsAsync<StoreException>(
                async () => await store.WriteAsync(new WriteOperation { Key = refused, Value = new byte[] { 2 } }));
            Assert.Equal(StoreFault.Full, failure.Fault);
            Assert.Null(store.Status.LatchedBy);
            await store.WriteAsync(new WriteOperation { Key = after, Value = new byte[] { 3 } });
            Check(store);
        }

        using TieredStore again = TieredStore.Open(new StoreOptions { BackgroundPacking = false }, files, time);
        Check(again);

        void Check(TieredStore store)
        {
            Assert.Equal([1], Read(store, key));
            Assert.Null(Read(store, refused));
            Assert.Equal([3], Read(store, after));
        }
    }

    private static byte[]? Read(TieredStore store, byte[] key)
    {
        using ReadLease lease = store.Read(key);
        return lease.Found ? lease.Value.ToArray() : null;
    }

    /// <summary>A clock that once has no memory to tell the committer the time.</summary>
    private sealed class FailingTime : TimeProvider
    {
        private volatile bool _fails;

        public void FailNext() => _fails = true;

        public override DateTimeOffset GetUtcNow()
        {
            if (_fails && Thread.CurrentThread.Name == "thermocline-committer")
            {
                _fails = false;
#pragma warning disable CA2201 // It stands for the runtime, which is the one to raise it.
                throw new OutOfMemoryException();
#pragma warning restore CA2201
            }

            return System.GetUtcNow();
        }
    }
}
