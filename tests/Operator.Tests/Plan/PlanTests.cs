using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;
using Xunit;

namespace Thermocline.Operator.Tests.Plan;

public sealed class PlanTests
{
    // Set to 1, the tests write what plans are now; look at the difference before it is committed.
    private const string Renew = "THERMOCLINE_RENEW_PLANS";

    public static TheoryData<string> Cases => [.. PlanCase.Names];

    [Fact]
    public void There_are_enough_cases() => Assert.True(PlanCase.Names.Count() >= 20);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_plan_is_what_the_case_says(string name)
    {
        PlanCase given = PlanCase.Read(name);
        string expected = Path.Combine(PlanCase.Folder, name, "expected.json");
        string made = PlanText.Of(ClusterPlan.Of(given.Observed(), PlanCase.Now, given.Options));
        if (Environment.GetEnvironmentVariable(Renew) == "1")
            File.WriteAllText(expected, made);
        Assert.True(File.Exists(expected), $"There is no {expected}. {Renew}=1 writes it.");
        Assert.Equal(File.ReadAllText(expected), made);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_was_carried_out_is_not_written_again(string name)
    {
        PlanCase given = PlanCase.Read(name);
        Observed observed = PlanWorld.Settle(given.Observed(), PlanCase.Now, given.Options);
        var again = ClusterPlan.Of(observed, PlanCase.Now.AddSeconds(1), given.Options);
        Assert.True(again.IsFinalized || !PlanWorld.Writes(again), PlanText.Of(again));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void At_most_one_pod_is_evicted_at_a_time(string name)
    {
        PlanCase given = PlanCase.Read(name);
        Assert.InRange(ClusterPlan.Of(given.Observed(), PlanCase.Now, given.Options).Evictions.Count, 0, 1);
    }
}
