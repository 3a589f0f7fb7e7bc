using Thermocline.Memory.Caches;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Search;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Search;

public sealed class SearchCacheTests
{
    private static readonly SearchRequest Request = new() { Query = "water", ResultsMax = 5 };

    [Fact]
    public async Task The_same_search_is_answered_again_until_anything_is_written()
    {
        using var place = new Place();
        MemoryId id = await place.SaveAsync("warm water");
        Assert.Equal((false, 1), await SearchAsync(place));
        Assert.Equal((true, 1), await SearchAsync(place));
        await place.SaveAsync("cold water");
        Assert.Equal((false, 2), await SearchAsync(place));
        await place.Memories.DeleteAsync(id);
        Assert.Equal((false, 1), await SearchAsync(place));
        Assert.Equal((true, 1), await SearchAsync(place));
        await place.Store.PutAsync("unrelated", "value");
        Assert.Equal((false, 1), await SearchAsync(place));
        CacheFigures figures = Assert.Single(place.Memories.Caches.Figures);
        Assert.Equal(("search", 2L, 4L, 3L), (figures.Name, figures.Hits, figures.Misses, figures.Outdated));
    }

    [Fact]
    public async Task Another_filter_or_number_is_another_search()
    {
        using var place = new Place();
        await place.SaveAsync("warm water");
        Assert.Equal((false, 1), await SearchAsync(place));
        Assert.Equal((false, 1), await SearchAsync(place, Request with { ResultsMax = 6 }));
        Assert.Equal((false, 0), await SearchAsync(place, Request with { Filters = new SearchFilters { Type = "note" } }));
        Assert.Equal((false, 0), await SearchAsync(place, Request with { Filters = new SearchFilters { From = place.Time.GetUtcNow().AddDays(1) } }));
        Assert.Equal((true, 0), await SearchAsync(place, Request with { Filters = new SearchFilters { Type = "note" } }));
    }

    [Fact]
    public async Task After_five_minutes_the_scores_are_those_of_now()
    {
        using var place = new Place();
        await place.SaveAsync("warm water");
        Assert.Equal((false, 1), await SearchAsync(place));
        place.Time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal((false, 1), await SearchAsync(place));
    }

    [Fact]
    public async Task A_cached_answer_reads_the_contents_of_its_own_moment()
    {
        using var place = new Place();
        MemoryId id = await place.SaveAsync("warm water");
        await SearchAsync(place);
        using SearchAnswer answer = await place.Memories.SearchAsync(Request, CancellationToken.None);
        Assert.True(answer.Cached);
        await place.Memories.DeleteAsync(id);
        Assert.Equal("warm water", answer.Read(answer.Hits[0])!.Text);
    }

    [Fact]
    public async Task Cached_answers_equal_fresh_ones_whatever_is_written_between_them()
    {
        using var place = new Place();
        using var fresh = new Memories(place.Store, place.Time, new IdSource(place.Time, new Random(2).NextBytes), 1 << 20);
        fresh.Caches.BytesMax = 0;
        var random = new Random(4);
        string[] words = ["warm", "cold", "water", "layer"];
        for (int i = 0; i < 300; i++)
        {
            if (random.Next(3) == 0)
                await place.SaveAsync($"{words[random.Next(4)]} {words[random.Next(4)]}");
            var request = new SearchRequest { Query = words[random.Next(4)] };
            using SearchAnswer quick = await place.Memories.SearchAsync(request, CancellationToken.None);
            using SearchAnswer slow = await fresh.SearchAsync(request, CancellationToken.None);
            Assert.False(slow.Cached);
            Assert.Equal(slow.Hits, quick.Hits);
            Assert.Equal((slow.Scanned, slow.Matched, slow.Confidence), (quick.Scanned, quick.Matched, quick.Confidence));
        }

        Assert.True(place.Memories.Caches.Figures[0].Hits > 20);
    }

    private static async Task<(bool Cached, int Hits)> SearchAsync(Place place, SearchRequest? request = null)
    {
        using SearchAnswer answer = await place.Memories.SearchAsync(request ?? Request, CancellationToken.None);
        Assert.Equal(SearchOutcome.Done, answer.Outcome);
        return (answer.Cached, answer.Hits.Count);
    }
}
