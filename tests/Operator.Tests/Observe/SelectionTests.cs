using Thermocline.Operator.Api;
using Thermocline.Operator.Api.Specification;
using Xunit;

namespace Thermocline.Operator.Tests.Observe;

public sealed class SelectionTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "a", ["tier"] = "worker" };

    [Theory]
    [InlineData("In", "tier", true, "worker", "planner")]
    [InlineData("In", "tier", false, "planner")]
    [InlineData("In", "none", false, "worker")]
    [InlineData("NotIn", "tier", false, "worker")]
    [InlineData("NotIn", "none", true, "worker")]
    [InlineData("Exists", "tier", true)]
    [InlineData("Exists", "none", false)]
    [InlineData("DoesNotExist", "tier", false)]
    [InlineData("DoesNotExist", "none", true)]
    public void An_expression_fits_as_the_API_server_says(string operation, string key, bool fits, params string[] values) =>
        Assert.Equal(fits, Selection.Fits(
            new LabelSelector { MatchExpressions = [new LabelRequirement { Key = key, Operator = operation, Values = values }] }, Labels));

    [Fact]
    public void All_labels_and_expressions_have_to_fit()
    {
        LabelSelector selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "a" } };
        Assert.True(Selection.Fits(selector, Labels));
        Assert.False(Selection.Fits(
            selector with { MatchExpressions = [new LabelRequirement { Key = "tier", Operator = "DoesNotExist" }] }, Labels));
        Assert.False(Selection.Fits(new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "b" } }, Labels));
    }

    [Fact]
    public void A_selector_of_nothing_takes_no_pod()
    {
        Assert.False(Selection.Fits(null, Labels));
        Assert.False(Selection.Fits(new LabelSelector(), Labels));
    }

    [Fact]
    public void A_selector_is_written_as_lists_take_it() => Assert.Equal(
        "app=a,tier in (w,p),x notin (y),has,!lacks",
        Selection.Text(new LabelSelector
        {
            MatchLabels = new Dictionary<string, string> { ["app"] = "a" },
            MatchExpressions =
            [
                new LabelRequirement { Key = "tier", Operator = "In", Values = ["w", "p"] },
                new LabelRequirement { Key = "x", Operator = "NotIn", Values = ["y"] },
                new LabelRequirement { Key = "has", Operator = "Exists" },
                new LabelRequirement { Key = "lacks", Operator = "DoesNotExist" },
            ],
        }));
}
