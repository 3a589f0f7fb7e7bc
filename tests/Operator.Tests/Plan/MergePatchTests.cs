using System.Text.Json.Nodes;
using Thermocline.Operator.Plan.Revisions;
using Xunit;

namespace Thermocline.Operator.Tests.Plan;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", "{}")]
    [InlineData("""{"a":1,"b":{"c":2,"d":3}}""", """{"a":1,"b":{"c":2}}""", """{"b":{"d":null}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2]}""", """{"a":[2]}""")]
    [InlineData("""{}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":"text"}""", """{"a":"text"}""")]
    public void A_patch_says_what_differs_and_leads_there(string from, string to, string expected)
    {
        JsonObject patch = MergePatch.Between(Object(from), Object(to));
        Assert.Equal(expected, patch.ToJsonString());
        Assert.Equal(Object(to).ToJsonString(), PlanWorld.Merged(Object(from), patch)!.ToJsonString());
    }

    private static JsonObject Object(string json) => (JsonObject)JsonNode.Parse(json)!;
}
