using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Governor.Planning;
using Xunit;

namespace Thermocline.Host.Tests.Governor.Planning;

public sealed class HotControllerTests
{
    private static readonly BudgetPlan Plan = BudgetPlan.Of(new BudgetConfiguration { Limit = 1000L << 20 }, 0);

    [Fact]
    public void What_is_over_the_goal_is_given_back_at_once()
    {
        long held = 300L << 20;
        Assert.Equal(held - (50L << 20), HotController.Next(Plan, Plan.Goal + (50L << 20), held, held, 0));
    }

    [Fact]
    public void A_full_tier_takes_room_in_small_steps_and_one_that_is_not_full_takes_none()
    {
        long ceiling = 100L << 20;
        long next = HotController.Next(Plan, 300L << 20, ceiling, ceiling, 0);
        Assert.InRange(next, ceiling + 1, ceiling + (Plan.HotBytesMax / 20) + 1);
        Assert.Equal(ceiling, HotController.Next(Plan, 300L << 20, ceiling, ceiling / 2, 0));
    }

    [Fact]
    public void Stalls_make_the_tier_back_off_although_there_is_room()
    {
        long ceiling = Plan.HotBytesStart;
        long next = HotController.Next(Plan, 300L << 20, ceiling, ceiling, HotController.StallTarget * 3);
        Assert.InRange(next, ceiling * 85 / 100, ceiling - 1);
    }

    [Fact]
    public void Stalls_that_do_not_end_leave_the_tier_half_of_its_start()
    {
        long ceiling = Plan.HotBytesStart;
        for (int look = 0; look < 500; look++)
            ceiling = HotController.Next(Plan, 300L << 20, ceiling, ceiling, 1);
        Assert.Equal(Plan.HotBytesStart / 2, ceiling);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(10_000L << 20)]
    public void The_range_is_never_left(long used)
    {
        foreach (long ceiling in (long[])[0, Plan.HotBytesMin, Plan.HotBytesMax, Plan.HotBytesMax * 2])
            Assert.InRange(HotController.Next(Plan, used, ceiling, ceiling, 0.5), Plan.HotBytesMin, Plan.HotBytesMax);
    }

    [Fact]
    public void A_load_that_follows_the_tier_settles_below_the_first_mark()
    {
        // Everything else takes 400 MiB; the tier is always full.
        long ceiling = Plan.HotBytesMin, most = 0;
        for (int look = 0; look < 500; look++)
        {
            long used = (400L << 20) + ceiling;
            most = Math.Max(most, used);
            ceiling = HotController.Next(Plan, used, ceiling, ceiling, 0);
        }

        Assert.True(most < Plan.High, $"{most >> 20} MiB");
        Assert.InRange((400L << 20) + ceiling, Plan.Goal - (8L << 20), Plan.Goal);
    }
}
