using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Governor.Planning;
using Xunit;

namespace Thermocline.Host.Tests.Governor.Planning;

public sealed class PressureStatesTests
{
    // 1,000 MiB: marks at 750, 900 and 950, slack 50.
    private static readonly BudgetPlan Plan = BudgetPlan.Of(new BudgetConfiguration { Limit = 1000L << 20 }, 0);

    [Theory]
    [InlineData("Calm", 700, false, "Calm")]
    [InlineData("Calm", 760, false, "Routine")]
    [InlineData("Calm", 910, false, "Critical")]
    [InlineData("Calm", 1001, false, "Refusing")]
    [InlineData("Routine", 720, false, "Routine")]
    [InlineData("Routine", 690, false, "Calm")]
    [InlineData("Routine", 960, false, "Critical")]
    [InlineData("Critical", 960, false, "Critical")]
    [InlineData("Critical", 960, true, "Refusing")]
    [InlineData("Critical", 860, true, "Critical")]
    [InlineData("Critical", 840, true, "Routine")]
    [InlineData("Critical", 600, true, "Calm")]
    [InlineData("Refusing", 910, false, "Refusing")]
    [InlineData("Refusing", 890, true, "Critical")]
    [InlineData("Refusing", 600, true, "Calm")]
    public void A_mark_is_reached_at_once_and_left_below_it(string now, int usedMebibytes, bool relieved, string expected) =>
        Assert.Equal(
            Enum.Parse<PressureState>(expected),
            PressureStates.Next(Enum.Parse<PressureState>(now), (long)usedMebibytes << 20, Plan, relieved));

    [Fact]
    public void Memory_that_hovers_around_a_mark_does_not_flap()
    {
        var state = PressureState.Calm;
        int changes = 0;
        for (int look = 0; look < 1000; look++)
        {
            long used = Plan.High + (look % 2 == 0 ? 1 << 20 : -(1 << 20));
            PressureState next = PressureStates.Next(state, used, Plan, relieved: false);
            changes += next == state ? 0 : 1;
            state = next;
        }

        Assert.Equal(1, changes);
    }
}
