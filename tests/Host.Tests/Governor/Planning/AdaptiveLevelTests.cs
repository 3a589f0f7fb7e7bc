using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Governor.Planning;
using Xunit;
using CompressionLevel = Thermocline.Store.CompressionLevel;

namespace Thermocline.Host.Tests.Governor.Planning;

public sealed class AdaptiveLevelTests
{
    private static readonly BudgetPlan Plan = BudgetPlan.Of(new BudgetConfiguration { Limit = 1000L << 20 }, 0);

    [Fact]
    public void It_rises_when_the_goal_is_missed_and_falls_when_there_is_room()
    {
        Assert.Equal(CompressionLevel.Max, After(AdaptiveLevel.Start, 3, Plan.High).Level);
        Assert.Equal(CompressionLevel.Balanced, After(AdaptiveLevel.Start, 2, Plan.High).Level);
        Assert.Equal(CompressionLevel.Fast, After(AdaptiveLevel.Start, AdaptiveLevel.RoomyMax, 0).Level);
        Assert.Equal(CompressionLevel.Fast, After(AdaptiveLevel.Start, 100, 0).Level);
        Assert.Equal(CompressionLevel.Max, After(AdaptiveLevel.Start, 100, Plan.Limit).Level);
    }

    [Fact]
    public void Memory_that_hovers_changes_nothing()
    {
        AdaptiveLevel level = AdaptiveLevel.Start;
        int changes = 0;
        for (int look = 0; look < 1000; look++)
        {
            AdaptiveLevel next = level.Next(look % 2 == 0 ? Plan.High : Plan.Goal - Plan.Slack - 1, Plan);
            changes += next.Level == level.Level ? 0 : 1;
            level = next;
        }

        Assert.Equal(0, changes);
    }

    private static AdaptiveLevel After(AdaptiveLevel level, int looks, long used)
    {
        for (int look = 0; look < looks; look++)
            level = level.Next(used, Plan);
        return level;
    }
}
