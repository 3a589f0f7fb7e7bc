using Thermocline.Operator.Api.Specification;
using Thermocline.Operator.Observe;
using Xunit;

namespace Thermocline.Operator.Tests.Observe;

public sealed class SelectorTextTests
{
    [Fact]
    public void A_selector_is_written_as_lists_take_it() => Assert.Equal(
        "app=a,tier in (w,p),x notin (y),has,!lacks",
        SelectorText.Of(new LabelSelector
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
