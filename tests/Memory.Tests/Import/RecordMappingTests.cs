using System.Text;
using Thermocline.Memory.Import;
using Xunit;

namespace Thermocline.Memory.Tests.Import;

public sealed class RecordMappingTests
{
    [Fact]
    public void Known_fields_are_taken_over_and_all_others_kept()
    {
        MemoryDraft draft = Map(
            """
            {"id":"x1","text":"Hello","type":"note","session_id":"s1","timestamp":1700000000000,"context":"c","files":["a"],
             "significance":{"knowledge_value":0.5},"pattern_strength":1,"metadata":{"k":[1]},"speaker":"Ann","private":false}
            """);
        Assert.Equal("Hello", Encoding.UTF8.GetString(draft.Content.Span));
        Assert.Equal(("note", "s1", "c"), (draft.Type, draft.Session, draft.Context));
        Assert.Equal(1_700_000_000_000, draft.CreatedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(["a"], draft.Files);
        Assert.Equal(new Significance { KnowledgeValue = 0.5, PatternStrength = 1 }, draft.Significance);
        Assert.Equal("""{"id":"x1","k":[1],"speaker":"Ann"}""", Metadata(draft));
    }

    [Theory]
    [InlineData("1700000000", 1_700_000_000_000, true)]
    [InlineData("1700000000.25", 1_700_000_000_250, true)]
    [InlineData("1700000000000", 1_700_000_000_000, false)]
    [InlineData("\"2023-11-14T22:13:20Z\"", 1_700_000_000_000, true)]
    [InlineData("\"2023-11-14 23:13:20+01:00\"", 1_700_000_000_000, true)]
    [InlineData("\"2023-11-14T22:13:20.5\"", 1_700_000_000_500, true)]
    [InlineData("\"1:56 pm on 8 May, 2023\"", null, true)]
    [InlineData("-5", null, true)]
    [InlineData("1e300", null, true)]
    [InlineData("[1]", null, true)]
    public void Times_of_many_forms_are_read_and_kept_when_they_say_more(string json, long? ms, bool isKept)
    {
        MemoryDraft draft = Map($$"""{"text":"t","timestamp":{{json}}}""");
        Assert.Equal(ms, draft.CreatedAt?.ToUnixTimeMilliseconds());
        Assert.Equal(isKept ? $$"""{"timestamp":{{json}}}""" : "", Metadata(draft));
    }

    [Fact]
    public void A_solution_keeps_every_field_and_its_key()
    {
        var place = new RecordPlace(1, 0) { Container = "math_solutions", Member = "1950 \"x\"" };
        SourceItem item = RecordMapping.Map(
            Place.Utf8("""{"result":1950.0,"equation":"(25 + 5) * 65","accuracy":100.0,"timestamp":1700000000.5,"attempts":3}"""), place);
        Assert.Equal("(25 + 5) * 65 = 1950.0", item.Text());
        Assert.Equal("solution", item.Draft!.Type);
        Assert.Equal(1_700_000_000_500, item.Draft.CreatedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(
            """{"key":"1950 \"x\"","result":1950.0,"equation":"(25 + 5) * 65","accuracy":100.0,"timestamp":1700000000.5,"attempts":3}""",
            item.Metadata());
    }

    [Fact]
    public void A_record_without_a_text_is_kept_as_its_JSON()
    {
        MemoryDraft draft = Map("""{ "a": 1, "type": "odd", "content": [ {"type":"text"} ] }""");
        Assert.Equal("""{"a":1,"type":"odd","content":[{"type":"text"}]}""", Encoding.UTF8.GetString(draft.Content.Span));
        Assert.Equal("odd", draft.Type);
        Assert.True(draft.Metadata.IsEmpty);
    }

    [Fact]
    public void What_does_not_fit_beside_the_text_makes_the_record_the_text()
    {
        string big = new('y', MemoryLimits.MetadataBytesMax);
        MemoryDraft draft = Map($$"""{"text":"t","session":"s","big":"{{big}}"}""");
        Assert.Contains(big, Encoding.UTF8.GetString(draft.Content.Span), StringComparison.Ordinal);
        Assert.Equal("s", draft.Session);
        string deep = new string('[', 20) + new string(']', 20);
        Assert.Contains(deep, Encoding.UTF8.GetString(Map($$"""{"text":"t","deep":{{deep}}}""").Content.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_do_not_suit_their_field_become_metadata()
    {
        MemoryDraft draft = Map(
            """{"text":"t","type":7,"session":"","files":"a.cs","significance":{"knowledge_value":3},"pattern_strength":"x","context":{}}""");
        Assert.Equal((MemoryDraft.TypeDefault, null, null), (draft.Type, draft.Session, draft.Context));
        Assert.Equal(
            """{"type":7,"session":"","files":"a.cs","significance":{"knowledge_value":3},"pattern_strength":"x","context":{}}""",
            Metadata(draft));
    }

    [Fact]
    public void Metadata_whose_names_are_taken_stays_in_one_piece() =>
        Assert.Equal("""{"metadata":{"a":1},"a":2}""", Metadata(Map("""{"text":"t","metadata":{"a":1},"a":2}""")));

    [Fact]
    public void Bytes_in_base_64_are_taken_as_bytes()
    {
        MemoryDraft draft = Map("""{"contentBase64":"AAEC"}""");
        Assert.False(draft.IsText);
        Assert.Equal([0, 1, 2], draft.Content.ToArray());
    }

    private static MemoryDraft Map(string json)
    {
        SourceItem item = RecordMapping.Map(Place.Utf8(json), new RecordPlace(1, 0));
        Assert.Null(item.Reason);
        return item.Draft!;
    }

    private static string Metadata(MemoryDraft draft) => Encoding.UTF8.GetString(draft.Metadata.Span);
}
