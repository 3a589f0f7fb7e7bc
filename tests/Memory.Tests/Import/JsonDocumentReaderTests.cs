using System.Text;
using Thermocline.Memory.Import;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class JsonDocumentReaderTests
{
    private const int RecordBytesMax = 1 << 20;

    [Theory]
    [InlineData("", "")]
    [InlineData("  \n ", "")]
    [InlineData("[]", "")]
    [InlineData("\uFEFF[\"a\"]", "a")]
    [InlineData("""["a","b"]""", "a|b")]
    [InlineData("""[{"text":"a"}, {"content":"b\u00e9"} ,{"message":"c"}]""", "a|bé|c")]
    [InlineData("""{"memories":[{"text":"a"},{"text":"b"}]}""", "a|b")]
    [InlineData("""{"version":3,"memories":[{"text":"a"}],"by":"x"}""", "a|{\"version\":3,\"by\":\"x\"}")]
    [InlineData("""{"memories":[{"text":"a"}],"sessions":[{"title":"t"}]}""", "a|t")]
    [InlineData("""{"text":"whole","n":1}""", "whole")]
    [InlineData("{\"text\":\"a\"}\n{\"text\":\"b\"}\n", "a|b")]
    [InlineData("""{}""", "{}")]
    [InlineData("""[1,true,[2,3]]""", "1|true|[2,3]")]
    [InlineData("""{"math_solutions":{"k1":{"result":6,"equation":"2 * 3"},"k2":{"result":1.50,"equation":"3 / 2"}}}""", "2 * 3 = 6|3 / 2 = 1.50")]
    public void Known_shapes_are_taken_apart(string json, string expected) =>
        Assert.Equal(expected, string.Join('|', Read(json).Select(Reading.Text)));

    [Theory]
    [InlineData("<html>", 0, 1)]
    [InlineData("[", 0, 1)]
    [InlineData("""[{"text":"a"}""", 1, 1)]
    [InlineData("""[{"text":"a"},{"text":"b""", 1, 1)]
    [InlineData("""[{"text":"a"}}""", 1, 1)]
    [InlineData("""["a" "b"]""", 2, 1)]
    [InlineData("""["a",,"b"]""", 2, 1)]
    [InlineData("""["a",nonsense,"b"]""", 2, 1)]
    [InlineData("""["a",null]""", 1, 1)]
    [InlineData("""["a","\ud800","b"]""", 2, 1)]
    [InlineData("""[{"\ud800":1,"text":"x"},"b"]""", 1, 1)]
    [InlineData("""[{"text":"x","n":1,"n":2},"b"]""", 1, 1)]
    [InlineData("""[{"text":"x","private":true},"b"]""", 1, 1)]
    [InlineData("""{"memories":["a"],"x" 1}""", 1, 1)]
    [InlineData("""{"memories":["a"],x:1}""", 1, 1)]
    [InlineData("""{"memories":["a"],"x""", 1, 1)]
    public void Damage_costs_no_more_than_it_must(string json, int records, int rejected)
    {
        List<SourceItem> items = Read(json);
        Assert.Equal(records, items.Count(item => item.Draft is not null));
        Assert.Equal(rejected, items.Count(item => item.Draft is null));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_reject_their_record_alone()
    {
        byte[] json = [.. "[\"a\",\""u8, 0xC3, 0x28, .. "\",\"b\"]"u8];
        List<SourceItem> items = new JsonDocumentReader(new MemoryStream(json), null, RecordBytesMax).All();
        Assert.Equal(["a", "! The record is not valid UTF-8.", "b"], items.Select(Reading.Text));
    }

    [Fact]
    public void Rejected_records_are_named_by_line_and_offset()
    {
        SourceItem item = Read("[\n\"a\",\n  null,\n\"b\"]")[1];
        Assert.Equal((3, 9), (item.Line, item.Offset));
    }

    [Fact]
    public void Any_split_of_the_reads_gives_the_same_records()
    {
        byte[] json = Place.Utf8("""  {"a":"\\\"","memories" : [ {"text":"x\"[{"} , {"text":"é🙂","n":[{}]} ] , "z" : {"q":"]"} }  ["t"] """);
        List<string> whole = [.. new JsonDocumentReader(new MemoryStream(json), null, RecordBytesMax).All().Select(Reading.Text)];
        Assert.Equal(["x\"[{", "é🙂", """{"a":"\\\"","z":{"q":"]"}}""", "t"], whole);
        for (int most = 1; most < 20; most++)
            Assert.Equal(whole, new JsonDocumentReader(Reading.Trickle(json, most), null, RecordBytesMax).All().Select(Reading.Text));
    }

    [Fact]
    public void Every_cut_of_a_file_ends_without_an_exception()
    {
        byte[] json = Place.Utf8("""{"v":1,"math_solutions":{"k":{"result":6,"equation":"2 * 3"}},"memories":[{"text":"a\u0041"},"b",3]}""");
        for (int length = 0; length < json.Length; length++)
        {
            List<SourceItem> items = new JsonDocumentReader(new MemoryStream(json, 0, length), null, RecordBytesMax).All();
            Assert.True(length == 0 || items.Exists(item => item.Draft is null), $"cut at {length}");
        }
    }

    [Fact]
    public void Random_bytes_end_without_an_exception()
    {
        const int Seed = 31;
        var random = new Random(Seed);
        const string Alphabet = "{}[]\",:\\ au01\n-";
        for (int round = 0; round < 5000; round++)
        {
            byte[] json = [.. Enumerable.Range(0, random.Next(60)).Select(_ => (byte)Alphabet[random.Next(Alphabet.Length)])];
            Exception? failure = Record.Exception(() => new JsonDocumentReader(new MemoryStream(json), null, RecordBytesMax).All());
            Assert.True(failure is null, $"seed {Seed}, round {round}: {Encoding.UTF8.GetString(json)}: {failure}");
        }
    }

    [Fact]
    public void Deep_nesting_is_rejected_without_being_followed()
    {
        string deep = new string('[', 1_000_00) + new string(']', 1_000_00);
        Assert.Equal([false, true], Read($"[{deep},\"b\"]").Select(item => item.Draft is not null));
    }

    [Fact]
    public void A_huge_array_is_read_in_constant_memory()
    {
        byte[] piece = Place.Utf8($$"""{"text":"{{new string('x', 980)}}"},""");
        const int Records = 200_000;
        using var stream = new RepeatStream("["u8.ToArray(), piece, Records, "\"end\"]"u8.ToArray());
        Assert.True(stream.Length > 180 << 20);
        var reader = new JsonDocumentReader(stream, null, RecordBytesMax);
        int records = 0;
        while (reader.TryRead(out SourceItem item))
            records += item.Draft is null ? 0 : 1;
        Assert.Equal(Records + 1, records);
        Assert.InRange(reader.BufferBytes, 0, 256 << 10);
    }

    [Theory]
    [InlineData("\"", "x", "\"")]
    [InlineData("{\"a\":[", "1,", "1]}")]
    [InlineData("[", "[", "")]
    public void A_huge_record_is_passed_over_without_being_held(string head, string piece, string tail)
    {
        byte[] pieces = Place.Utf8(string.Concat(Enumerable.Repeat(piece, 1000)));
        using var stream = new RepeatStream(Place.Utf8($"[\"a\",{head}"), pieces, 100_000, Place.Utf8($"{tail},\"b\"]"));
        var reader = new JsonDocumentReader(stream, null, RecordBytesMax);
        List<SourceItem> items = reader.All();
        Assert.Equal("a", items[0].Text());
        Assert.Null(items[1].Draft);
        if (tail.Length > 0)
            Assert.Equal("b", items[2].Text());
        Assert.InRange(reader.BufferBytes, 0, RecordBytesMax + (256 << 10));
    }

    [Fact]
    public void An_object_with_endless_fields_is_not_held_either()
    {
        using var stream = new RepeatStream("{"u8.ToArray(), Place.Utf8($"\"n\":\"{new string('y', 1000)}\","), 10_000, "\"text\":\"t\"}"u8.ToArray());
        var reader = new JsonDocumentReader(stream, null, RecordBytesMax);
        List<SourceItem> items = reader.All();
        Assert.All(items, item => Assert.Null(item.Draft));
        Assert.InRange(reader.BufferBytes, 0, 4 * RecordBytesMax);
    }

    [Fact]
    public void Messages_of_a_session_file_belong_to_its_session()
    {
        List<SourceItem> items = Read("""{"id":"s-7","title":"Talk","messages":[{"role":"user","content":"hello"},{"role":"bot","content":"hi"}],"end":1}""");
        Assert.Equal(["hello", "hi"], items[..2].Select(Reading.Text));
        Assert.All(items[..2], item => Assert.Equal(("s-7", "message"), (item.Draft!.Session, item.Draft.Type)));
        Assert.Equal("""{"role":"user"}""", items[0].Metadata());
        Assert.Equal("document", items[2].Draft!.Type);
        Assert.Contains("\"title\":\"Talk\"", items[2].Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sessions_in_an_array_are_taken_apart_too()
    {
        List<SourceItem> items = Read(
            """
            {"sessions":[
              {"id":"s1","title":"One","messages":[{"text":"a"},
                {"text":"b"}]},
              {"id":"s2","title":"no \"messages\" here"}]}
            """);
        Assert.Equal(["a", "b", "One", "no \"messages\" here"], items.Select(Reading.Text));
        Assert.Equal(["message", "message", "session", "session"], items.Select(item => item.Draft!.Type));
        Assert.Equal(["s1", "s1", "s1", "s2"], items.Select(item => item.Draft!.Session));
        Assert.Equal(3, items[1].Line);
    }

    [Fact]
    public void Text_that_only_looks_like_messages_comes_out_as_it_went_in()
    {
        List<SourceItem> items = Read("""[{"text":"the \"messages\" field","messages":null},{"turns":7}]""");
        Assert.Equal(["the \"messages\" field", """{"turns":7}"""], items.Select(Reading.Text));
    }

    private static List<SourceItem> Read(string json) => new JsonDocumentReader(Reading.Stream(json), null, RecordBytesMax).All();
}
