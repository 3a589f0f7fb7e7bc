using System.Text.Json.Nodes;
using Thermocline.Operator.Crds;
using Thermocline.Operator.Tests.Api;
using Xunit;

namespace Thermocline.Operator.Tests.Crds;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("plain words")]
    [InlineData("true")]
    [InlineData("No")]
    [InlineData("1.5")]
    [InlineData("")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData("quoted \" and \\ back")]
    [InlineData("two\nlines")]
    [InlineData("- dash")]
    [InlineData("trailing ")]
    [InlineData("ends with:")]
    [InlineData("{x}")]
    public void A_text_is_read_back_as_it_was(string text)
    {
        JsonObject json = new() { ["value"] = text, ["items"] = new JsonArray(text, 1, true), ["empty"] = new JsonObject() };
        Assert.True(JsonNode.DeepEquals(json, YamlJson.Of(YamlText.Of(json))), YamlText.Of(json));
    }

    [Fact]
    public void Lists_of_sections_stand_under_their_name()
    {
        JsonObject json = new() { ["list"] = new JsonArray(new JsonObject { ["a"] = 1, ["b"] = new JsonArray("x") }, new JsonObject { ["c"] = 2 }) };
        Assert.Equal("list:\n- a: 1\n  b:\n  - x\n- c: 2\n", YamlText.Of(json));
    }
}
