using System.Text;
using Thermocline.Memory.Import;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class TextReadersTests
{
    private const string File = "/notes/file";

    [Fact]
    public void Markdown_is_split_at_headings_but_not_inside_code()
    {
        const string Text = "before\n\n# One\r\ntext\n## Two ##\nmore\n```\n# no heading\n```\n#also none\n# Three\n";
        List<SourceItem> items = new MarkdownReader(Reading.Stream(Text), File).All();
        Assert.Equal(
            ["before", "# One\ntext", "## Two ##\nmore\n```\n# no heading\n```\n#also none", "# Three"],
            items.Select(Reading.Text));
        Assert.Equal(
            ["""{"line":1}""", """{"heading":"One","line":3}""", """{"heading":"One \u003E Two","line":5}""", """{"heading":"Three","line":11}"""],
            items.Select(Reading.Metadata));
        Assert.All(items, item => Assert.Equal([File], item.Draft!.Files));
    }

    [Fact]
    public void Paragraphs_are_grouped_and_nothing_is_lost()
    {
        const int Seed = 12;
        var random = new Random(Seed);
        var text = new StringBuilder();
        for (int i = 0; i < 3000; i++)
            text.Append(new string((char)('a' + (i % 26)), random.Next(120))).Append(random.Next(6) == 0 ? "\n\n" : "\n");
        List<SourceItem> items = new ParagraphReader(Reading.Stream(text.ToString()), File).All();
        Assert.All(items, item => Assert.InRange(item.Draft!.Content.Length, 1, ImportLimits.TextBytesMax));
        string Letters(string value) => new([.. value.Where(char.IsLetter)]);
        Assert.Equal(Letters(text.ToString()), Letters(string.Concat(items.Select(Reading.Text))));
        Assert.True(items.Average(item => item.Draft!.Content.Length) > ImportLimits.TextBytesMin, $"seed {Seed}");
    }

    [Fact]
    public void A_line_longer_than_a_record_is_cut_between_words()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"wörd{i} "));
        List<SourceItem> items = new ParagraphReader(Reading.Stream(text), File).All();
        Assert.True(items.Count > 5);
        Assert.Equal(text.TrimEnd().Replace(" ", "", StringComparison.Ordinal), string.Concat(items.Select(Reading.Text)).Replace(" ", "", StringComparison.Ordinal));
        Assert.All(items, item => Assert.StartsWith("wörd", item.Text(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n \t\n")]
    [InlineData("\uFEFF")]
    public void Blank_files_have_no_records(string text)
    {
        Assert.Empty(new ParagraphReader(Reading.Stream(text), File).All());
        Assert.Empty(new MarkdownReader(Reading.Stream(text), File).All());
        Assert.Empty(new StanzaReader(Reading.Stream(text), File).All());
    }

    [Fact]
    public void A_stretch_that_is_not_UTF8_is_read_as_Latin1_and_says_so()
    {
        string good = string.Concat(Enumerable.Repeat("good words\n", 200)) + "\n";
        byte[] bytes = [.. Place.Utf8(good), 0xE9, .. "t\xE9\n\n"u8, .. Place.Utf8(good)];
        List<SourceItem> items = new ParagraphReader(new MemoryStream(bytes), File).All();
        SourceItem old = Assert.Single(items, item => Reading.Metadata(item).Contains("latin-1", StringComparison.Ordinal));
        Assert.Contains("ét", Reading.Text(old), StringComparison.Ordinal);
        Assert.DoesNotContain(items, item => item.Draft is null);
    }

    [Fact]
    public void A_stretch_with_a_NUL_byte_is_rejected_with_its_line()
    {
        byte[] bytes = [.. "words\n\n"u8, 0, .. "\n"u8];
        List<SourceItem> items = new ParagraphReader(new MemoryStream(bytes), File).All();
        Assert.Single(items, item => item.Draft is null);
    }

    [Fact]
    public void A_package_list_is_one_record_a_stanza()
    {
        const string Text = "Package: a\nVersion: 1\nDescription: first\n .\n more\n\n\nPackage: b\nVersion: 2\n";
        List<SourceItem> items = new StanzaReader(Reading.Stream(Text), File).All();
        Assert.Equal(["Package: a\nVersion: 1\nDescription: first\n .\n more", "Package: b\nVersion: 2"], items.Select(Reading.Text));
        Assert.Equal(["""{"heading":"Package: a","line":1}""", """{"heading":"Package: b","line":8}"""], items.Select(Reading.Metadata));
    }

    [Theory]
    [InlineData("a.jsonl", "{}", SourceFormat.Jsonl)]
    [InlineData("a.NDJSON.gz", "{}", SourceFormat.Jsonl)]
    [InlineData("a.json", "[]", SourceFormat.Json)]
    [InlineData("README.md", "# a", SourceFormat.Markdown)]
    [InlineData("status", "Package: a\nStatus: ok\n", SourceFormat.Stanzas)]
    [InlineData("notes", "Package: a\nand then\n", SourceFormat.Text)]
    [InlineData("a.c", "int main;", SourceFormat.Text)]
    [InlineData("empty", "", SourceFormat.Text)]
    public void A_format_follows_from_name_and_content(string name, string text, SourceFormat expected) =>
        Assert.Equal(expected, FormatSniff.Decide(name, Place.Utf8(text), out _));

    [Fact]
    public void What_holds_no_text_is_told_with_the_reason()
    {
        Assert.Null(FormatSniff.Decide("a.json", "ab\0c"u8, out string? zero));
        Assert.Contains("zero", zero, StringComparison.Ordinal);
        Assert.Null(FormatSniff.Decide("a.txt", [0x61, 0xE9, 0x62], out string? latin));
        Assert.Contains("UTF-8", latin, StringComparison.Ordinal);
        byte[] cut = [.. Enumerable.Repeat((byte)'a', FormatSniff.Bytes - 2), 0xE8, 0xAA];
        Assert.Equal(SourceFormat.Text, FormatSniff.Decide("a.txt", cut, out _));
    }
}
