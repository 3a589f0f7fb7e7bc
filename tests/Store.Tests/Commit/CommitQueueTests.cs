using Thermocline.Store.Accounting;
using Thermocline.Store.Commit;
using Xunit;

namespace Thermocline.Store.Tests.Commit;

public sealed class CommitQueueTests
{
    [Fact]
    public void A_flush_is_taken_also_when_too_many_bytes_wait()
    {
        var queue = new CommitQueue(100, new MemoryLedger().Open("connections", "pending", MemoryKind.Managed));
        Assert.True(queue.TryAdd(Write(queue)));
        Assert.False(queue.TryAdd(Write(queue)));
        WriteRequest flush = queue.Rent();
        flush.Reset(ReadOnlyMemory<WriteOperation>.Empty, 0);
        Assert.True(queue.TryAdd(flush));
    }

    private static WriteRequest Write(CommitQueue queue)
    {
        WriteRequest request = queue.Rent();
        request.Reset(new WriteOperation { Key = Testing.Stores.Key("key"), Value = new byte[200] });
        return request;
    }
}
