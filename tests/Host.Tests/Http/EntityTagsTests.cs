using Thermocline.Sidecar.Http;
using Xunit;

namespace Thermocline.Host.Tests.Http;

public sealed class EntityTagsTests
{
    [Theory]
    [InlineData("\"5\"", 5UL, true)]
    [InlineData("\"4\", \"5\"", 5UL, true)]
    [InlineData("\"4\",\"6\"", 5UL, false)]
    [InlineData("*", 5UL, true)]
    [InlineData("\"somebody else's\"", 5UL, false)]
    [InlineData("\"a,b\", \"5\"", 5UL, true)]
    public void Tags_match_what_they_name(string header, ulong sequence, bool match)
    {
        (EntityTags? tags, Problem? problem) = EntityTags.Read(header, "If-Match", strong: true);
        Assert.Null(problem);
        Assert.Equal(match, tags!.Match(sequence));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("\"5")]
    [InlineData("W/5")]
    [InlineData("W/")]
    [InlineData("*, \"5\"")]
    [InlineData("W/\"5\"")]
    public void What_is_no_strong_tag_is_refused(string header) =>
        Assert.Equal(ProblemCode.ConditionInvalid, EntityTags.Read(header, "If-Match", strong: true).Problem?.Code);

    [Fact]
    public void A_weak_tag_is_good_enough_to_save_a_transfer() =>
        Assert.True(EntityTags.Read("W/\"5\"", "If-None-Match", strong: false).Tags!.Match(5));

    [Fact]
    public void A_list_of_tags_is_bounded()
    {
        string header = string.Join(", ", Enumerable.Range(0, 65).Select(each => $"\"{each}\""));
        Assert.Equal(ProblemCode.ConditionInvalid, EntityTags.Read(header, "If-Match", strong: true).Problem?.Code);
    }
}
