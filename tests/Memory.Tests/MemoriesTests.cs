using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Store;
using Xunit;

namespace Thermocline.Memory.Tests;

public sealed class MemoriesTests
{
    [Fact]
    public async Task A_saved_memory_is_read_back_whole()
    {
        using var place = new Place();
        var draft = new MemoryDraft
        {
            Content = Place.Utf8("Übung macht den Meister 🙂"),
            Type = "breakthrough",
            Session = "s \"1\"",
            Context = "line\nbreak",
            Files = ["a.cs", "b/ü.md"],
            Metadata = """{"n":1e2,"deep":{"x":[null,true,"ß"]}}"""u8.ToArray(),
            Significance = new Significance { KnowledgeValue = 0.25, PatternStrength = 1, EmotionalResonance = 0 },
        };
        SaveAnswer answer = await place.Memories.SaveAsync(draft);
        Assert.Equal(SaveOutcome.Saved, answer.Outcome);
        MemoryRecord memory = place.Memories.Read(answer.Memories[0].Id)!;
        Assert.Equal("Übung macht den Meister 🙂", memory.Text);
        Assert.Equal("breakthrough", memory.Type);
        Assert.Equal("s \"1\"", memory.Session);
        Assert.Equal("line\nbreak", memory.Context);
        Assert.Equal(["a.cs", "b/ü.md"], memory.Files);
        Assert.Equal("""{"n":1e2,"deep":{"x":[null,true,"ß"]}}""", Encoding.UTF8.GetString(memory.Metadata.Span));
        Assert.Equal(draft.Significance, memory.Significance);
        Assert.Equal(place.Time.GetUtcNow(), memory.CreatedAt);
        Assert.Equal(answer.Memories[0].Id.TimeMs, memory.CreatedAt.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Bytes_of_any_kind_are_kept_exactly()
    {
        using var place = new Place();
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        SaveAnswer answer = await place.Memories.SaveAsync(new MemoryDraft { Content = bytes, IsText = false });
        MemoryRecord memory = place.Memories.Read(answer.Memories[0].Id)!;
        Assert.False(memory.IsText);
        Assert.Equal(bytes, memory.Content.ToArray());
    }

    [Fact]
    public async Task A_batch_with_one_mistake_stores_nothing_and_names_every_mistake()
    {
        using var place = new Place(contentBytesMax: 10);
        SaveAnswer answer = await place.Memories.SaveAsync(
        [
            MemoryDraft.OfText("fine"),
            MemoryDraft.OfText("far too long for here"),
            MemoryDraft.OfText("\ud800") with { Type = "", Session = "a\0b" },
            MemoryDraft.OfText("") with { IsPrivate = true, Significance = new Significance { PatternStrength = double.NaN, KnowledgeValue = 1.1 } },
            MemoryDraft.OfText("x") with { Files = ["", new string('f', 1025)], Metadata = "[1]"u8.ToArray() },
        ]);
        Assert.Equal(SaveOutcome.Mistaken, answer.Outcome);
        Assert.Equal(
            [
                "[1].text too-long", "[2].text invalid", "[2].type empty", "[2].session invalid", "[3].text empty",
                "[3].significance.knowledge_value out-of-range", "[3].significance.pattern_strength out-of-range",
                "[3].private private-unavailable", "[4].files[0] empty", "[4].files[1] too-long", "[4].metadata invalid",
            ],
            answer.Mistakes.Select(mistake => $"{mistake.Path} {mistake.Code}"));
        Assert.True(place.Memories.IsEmpty);
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":""")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}""")]
    [InlineData("null")]
    public async Task Metadata_that_is_no_sound_object_is_refused(string metadata)
    {
        using var place = new Place();
        SaveAnswer answer = await place.Memories.SaveAsync(MemoryDraft.OfText("x") with { Metadata = Place.Utf8(metadata) });
        Assert.Equal("metadata", Assert.Single(answer.Mistakes).Path);
    }

    [Fact]
    public async Task Fields_that_do_not_fit_beside_the_content_are_refused_not_cut()
    {
        using var place = new Place();
        string[] files = [.. Enumerable.Range(0, 100).Select(i => new string('f', 1000))];
        SaveAnswer answer = await place.Memories.SaveAsync(MemoryDraft.OfText("x") with { Files = files });
        Mistake mistake = Assert.Single(answer.Mistakes);
        Assert.Equal("too-long", mistake.Code);
        Assert.True(place.Memories.IsEmpty);
    }

    [Fact]
    public async Task Too_many_mistakes_are_cut_off()
    {
        using var place = new Place();
        SaveAnswer answer = await place.Memories.SaveAsync([.. Enumerable.Repeat(MemoryDraft.OfText(""), 5000)]);
        Assert.Equal(MemoryLimits.MistakesMax, answer.Mistakes.Count);
    }

    [Fact]
    public async Task A_taken_identifier_refuses_the_whole_batch()
    {
        using var place = new Place();
        MemoryId id = MemoryId.Of(0, 99);
        await place.SaveAsync("first", draft => draft with { Id = id });
        SaveAnswer answer = await place.Memories.SaveAsync(
            [MemoryDraft.OfText("new"), MemoryDraft.OfText("second") with { Id = id }]);
        Assert.Equal(SaveOutcome.Exists, answer.Outcome);
        Assert.Equal(1, answer.ExistingIndex);
        Assert.Equal("first", place.Memories.Read(id)!.Text);
        Assert.Single(place.Store.List(MemoryKeys.Prefix(), [], 10).Keys);
    }

    [Fact]
    public async Task Saving_what_is_absent_leaves_the_rest_as_it_is()
    {
        using var place = new Place();
        MemoryDraft[] drafts = [.. Enumerable.Range(0, 50).Select(i => MemoryDraft.OfText($"text {i}") with { Id = MemoryId.Of(0, (uint)i) })];
        await place.Memories.SaveAbsentAsync(drafts[10..20]);
        await place.SaveAsync("changed", draft => draft with { Id = MemoryId.Of(0, 45) });
        SaveAnswer answer = await place.Memories.SaveAbsentAsync(drafts);
        Assert.Equal(SaveOutcome.Saved, answer.Outcome);
        for (int i = 0; i < drafts.Length; i++)
            Assert.Equal(i is (< 10 or >= 20) and not 45, answer.Memories[i].Created);
        Assert.Equal("changed", place.Memories.Read(MemoryId.Of(0, 45))!.Text);
        Assert.All((await place.Memories.SaveAbsentAsync(drafts)).Memories, saved => Assert.False(saved.Created));
        Assert.Equal(50, place.Store.List(MemoryKeys.Prefix(), [], 1000).Keys.Count);
    }

    [Fact]
    public async Task One_identifier_twice_in_a_batch_is_saved_once()
    {
        using var place = new Place();
        MemoryDraft draft = MemoryDraft.OfText("same") with { Id = MemoryId.Of(0, 5) };
        SaveAnswer answer = await place.Memories.SaveAbsentAsync([draft, draft, draft]);
        Assert.Equal([true, false, false], answer.Memories.Select(saved => saved.Created));
    }

    [Fact]
    public async Task An_identifier_whose_time_is_not_that_of_the_memory_is_refused()
    {
        using var place = new Place();
        SaveAnswer answer = await place.Memories.SaveAsync(
            MemoryDraft.OfText("x") with { Id = MemoryId.Of(5, 1), CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(6) });
        Assert.Equal("id", Assert.Single(answer.Mistakes).Path);
    }

    [Fact]
    public async Task A_deleted_memory_is_gone()
    {
        using var place = new Place();
        MemoryId id = await place.SaveAsync("to be forgotten");
        Assert.Equal(DeleteOutcome.Deleted, (await place.Memories.DeleteAsync(id)).Outcome);
        Assert.Equal(DeleteOutcome.Absent, (await place.Memories.DeleteAsync(id)).Outcome);
        Assert.Null(place.Memories.Read(id));
        Assert.Empty(await place.SearchAsync("forgotten"));
    }

    [Fact]
    public async Task More_than_one_batch_holds_is_refused_by_size()
    {
        using var place = new Place();
        SaveAnswer answer = await place.Memories.SaveAsync(
            [.. Enumerable.Repeat(MemoryDraft.OfText(new string('x', 1 << 20)), (Limits.BatchBytesMax >> 20) + 1)]);
        Assert.Equal(SaveOutcome.TooLarge, answer.Outcome);
        Assert.True(place.Memories.IsEmpty);
    }
}
