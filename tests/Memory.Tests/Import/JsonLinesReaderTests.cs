using Thermocline.Memory.Import;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class JsonLinesReaderTests
{
    [Fact]
    public void Each_line_stands_for_itself()
    {
        List<SourceItem> items = new JsonLinesReader(Reading.Stream("\uFEFF{\"text\":\"a\"}\r\n\n  \nnot json\n{\"text\":\"b\"}\n{\"text\":\"c"), 1000).All();
        Assert.Equal([("a", 1L), ("b", 5L)], items.Where(item => item.Draft is not null).Select(item => (item.Text(), item.Line)));
        Assert.Equal([4L, 6L], items.Where(item => item.Draft is null).Select(item => item.Line));
    }

    [Fact]
    public void An_empty_file_has_no_records() => Assert.Empty(new JsonLinesReader(Reading.Stream(""), 1000).All());

    [Fact]
    public void A_line_above_the_ceiling_is_rejected_once_and_passed_over()
    {
        using var stream = new RepeatStream("\"a\"\n\""u8.ToArray(), new byte[1000], 50_000, "\"\n\"b\"\n"u8.ToArray());
        var reader = new JsonLinesReader(stream, 1 << 20);
        List<SourceItem> items = reader.All();
        Assert.Equal(3, items.Count);
        Assert.Equal(("a", "b"), (items[0].Text(), items[2].Text()));
        Assert.Equal((2, 4), (items[1].Line, items[1].Offset));
        Assert.InRange(reader.BufferBytes, 0, (1 << 20) + (64 << 10));
    }
}
