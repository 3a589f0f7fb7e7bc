using System.Text;
using System.Text.Json;
using Thermocline.Memory.Search;
using Xunit;

namespace Thermocline.Memory.Tests.Search;

/// <summary>Long real conversations, which lie beside the repository where they may be used; skipped elsewhere.</summary>
public sealed class ConversationsTests
{
    [Fact]
    public async Task Every_turn_of_a_real_conversation_is_found_by_its_own_words()
    {
        using var place = new Place();
        using JsonDocument conversations = Load();
        JsonElement conversation = conversations.RootElement[0];
        List<string> texts = [.. conversation.GetProperty("turns").EnumerateArray().Select(turn => turn.GetProperty("text").GetString()!)];
        SaveAnswer saved = await place.Memories.SaveAsync([.. texts.Select(MemoryDraft.OfText)]);
        Assert.Equal(SaveOutcome.Saved, saved.Outcome);

        for (int i = 0; i < texts.Count; i += 10)
        {
            string query = string.Join(' ', texts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8));
            if (KeywordQuery.Parse(query).Words.Count == 0)
                continue;
            List<(string Text, double Score)> hits = await place.SearchAsync(query);
            Assert.Contains(hits, hit => hit.Text == texts[i]);
        }
    }

    [Fact]
    public async Task Questions_about_a_conversation_find_evidence_more_often_than_chance()
    {
        using var place = new Place();
        using JsonDocument conversations = Load();
        JsonElement conversation = conversations.RootElement[0];
        Dictionary<string, string> turns = conversation.GetProperty("turns").EnumerateArray()
            .ToDictionary(turn => turn.GetProperty("id").GetString()!, turn => turn.GetProperty("text").GetString()!);
        await place.Memories.SaveAsync([.. turns.Values.Select(MemoryDraft.OfText)]);

        int asked = 0;
        int found = 0;
        foreach (JsonElement question in conversation.GetProperty("questions").EnumerateArray())
        {
            HashSet<string> evidence = [.. question.GetProperty("evidence").EnumerateArray().Select(id => turns.GetValueOrDefault(id.GetString()!, ""))];
            List<(string Text, double Score)> hits = await place.SearchAsync(question.GetProperty("question").GetString()!);
            asked++;
            found += hits.Exists(hit => evidence.Contains(hit.Text)) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"keyword recall@10: {found} of {asked} over {turns.Count} turns");
        // Ten turns drawn at random would hold evidence for one or two questions in a hundred.
        Assert.True(found * 10 > asked, $"{found} of {asked}");
    }

    private static JsonDocument Load()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string file = Path.Combine(folder, "shared", "data", "conversations.json");
            if (File.Exists(file))
                return JsonDocument.Parse(File.ReadAllBytes(file));
        }

        Assert.Skip("The conversations (shared/data beside the repository) are not here.");
        return JsonDocument.Parse(Encoding.UTF8.GetBytes("[]"));
    }
}
