using Xunit;

namespace Thermocline.Tidy.Tests;

public sealed class WordingTests
{
    [Fact]
    public void No_file_holds_unfinished_marks_or_places_of_one_machine() =>
        Findings.AssertNone(Repository.Files.SelectMany(Wording.In));

    [Theory]
    [InlineData("// TO", "DO later")]
    [InlineData("see /wo", "rk/main/README.md")]
    [InlineData("cd /ho", "me/someone/src")]
    [InlineData("/t", "mp/wt-kit/x")]
    public void An_unwanted_word_is_found(string first, string second) =>
        Assert.Single(Wording.In(new SourceFile("docs/A.md", first + second)));

    [Theory]
    [InlineData("todo lists are fine")]
    [InlineData("GET /v1/kv/homework/roots")]
    [InlineData("~/.config/thermocline")]
    public void Ordinary_words_are_not_found(string text) => Assert.Empty(Wording.In(new SourceFile("docs/A.md", text)));
}
