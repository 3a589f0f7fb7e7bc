using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Governor.Planning;
using Thermocline.Store;
using Thermocline.Store.Files;
using Xunit;

namespace Thermocline.Host.Tests.Governor.Planning;

public sealed class BudgetPlanTests
{
    [Theory]
    [InlineData(BudgetConfiguration.LimitMin)]
    [InlineData(64L << 20)]
    [InlineData(512L << 20)]
    [InlineData(8L << 30)]
    [InlineData(BudgetConfiguration.LimitMax)]
    public void Every_budget_gives_sizes_the_store_takes(long limit)
    {
        BudgetPlan plan = BudgetPlan.Of(new BudgetConfiguration { Limit = limit }, containerLimit: 0);
        Assert.True(plan.Goal < plan.High && plan.High < plan.Critical && plan.Critical < plan.Refuse && plan.Refuse < plan.Limit);
        Assert.True(plan.Goal < plan.High - plan.Slack, "The state of the first mark is left once the goal is reached.");
        Assert.InRange(plan.HotBytesStart, plan.HotBytesMin, plan.HotBytesMax);
        Assert.InRange(plan.RequestBytes, 1 << 20, 32 << 20);
        Assert.True(plan.BodyBytes > 2L * plan.RequestBytes);
        Assert.True(plan.PendingBytes > plan.RequestBytes);
        Assert.True(plan.CacheBytesMin < plan.CacheBytes);
        StoreOptions options = new()
        {
            HotBytes = plan.HotBytesStart,
            SegmentBytes = plan.SegmentBytes,
            PendingBytesMax = plan.PendingBytes,
            ChunkCacheBytes = plan.ChunkBytes,
        };
        TieredStore.Open(options, new MemoryFiles(), TimeProvider.System).Close();
    }

    [Fact]
    public void The_default_budget_takes_the_largest_batch_the_store_takes() =>
        Assert.Equal(Limits.BatchBytesMax, BudgetPlan.Of(new BudgetConfiguration(), containerLimit: 0).RequestBytes);

    [Fact]
    public void A_container_with_less_memory_than_configured_is_what_counts()
    {
        var budget = new BudgetConfiguration { Limit = 512L << 20 };
        Assert.Equal(256L << 20, BudgetPlan.Of(budget, 256L << 20).Limit);
        Assert.Equal(512L << 20, BudgetPlan.Of(budget, 1L << 30).Limit);
        Assert.Equal(512L << 20, BudgetPlan.Of(budget, 0).Limit);
    }

    [Fact]
    public void The_least_budget_is_enough_by_its_own_measure()
    {
        BudgetPlan plan = BudgetPlan.Of(new BudgetConfiguration { Limit = 64L << 20 }, containerLimit: 0);
        long least = plan.LeastFor(70L << 20);
        Assert.True(least > 64L << 20);
        BudgetPlan enough = BudgetPlan.Of(new BudgetConfiguration { Limit = least + (8L << 20) }, containerLimit: 0);
        Assert.True(enough.LeastFor(70L << 20) <= enough.Limit);
    }
}
