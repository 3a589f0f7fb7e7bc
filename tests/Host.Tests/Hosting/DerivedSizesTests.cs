using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Endpoints;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;
using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Host.Tests.Hosting;

public sealed class DerivedSizesTests
{
    [Theory]
    [InlineData(BudgetConfiguration.LimitMin)]
    [InlineData(64L << 20)]
    [InlineData(512L << 20)]
    [InlineData(8L << 30)]
    [InlineData(BudgetConfiguration.LimitMax)]
    public void Every_budget_gives_sizes_the_store_takes(long limit)
    {
        DerivedSizes sizes = DerivedSizes.Of(limit);
        Assert.Equal(limit / 2, sizes.HotBytes);
        Assert.InRange(sizes.SegmentBytes, 1 << 20, 64 << 20);
        Assert.True(sizes.PendingBytes > Limits.BatchBytesMax);
        Assert.True(sizes.BodyBytes > KvBatch.BodyBytesMax);
        Assert.True(sizes.BodyBytes > 2 * KvWrites.ValueBytesMax);
        Assert.InRange(sizes.CacheBytes, 1 << 20, Math.Max(1 << 20, limit / 32));
        Assert.InRange(sizes.ChunkBytes, 1 << 20, Math.Max(1 << 20, limit / 32));
        StoreOptions options = new()
        {
            HotBytes = sizes.HotBytes,
            SegmentBytes = sizes.SegmentBytes,
            PendingBytesMax = sizes.PendingBytes,
            ChunkCacheBytes = sizes.ChunkBytes,
        };
        TieredStore.Open(options, new MemoryFiles(), TimeProvider.System).Close();
    }
}
