using Thermocline.Memory.Ids;
using Thermocline.Memory.Search;
using Xunit;

namespace Thermocline.Memory.Tests.Search;

public sealed class MemoriesSearchTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Scores_follow_the_formula()
    {
        using var place = new Place();
        DateTimeOffset now = place.Time.GetUtcNow();
        await place.SaveAsync("deploy the web server");
        await place.SaveAsync("the server of the web");
        await place.SaveAsync("a web server, ten days ago", draft => draft with { CreatedAt = now - (10 * Day) });
        await place.SaveAsync("the web server broke through", draft => draft with { Type = "breakthrough", CreatedAt = now - Day });
        await place.SaveAsync("from the future: server", draft => draft with { CreatedAt = now + Day });
        await place.SaveAsync("nothing of the kind");
        List<(string Text, double Score)> hits = await place.SearchAsync("web server");
        Assert.Equal(
            [
                ("the web server broke through", Math.Round(14 / 1.1 * 1.5, 9)),
                ("deploy the web server", 14),
                ("a web server, ten days ago", 7),
                ("the server of the web", 4),
                ("from the future: server", 2),
            ],
            hits.Select(hit => (hit.Text, Math.Round(hit.Score, 9))));
    }

    [Fact]
    public async Task Ties_go_to_the_newer_and_then_to_the_smaller_identifier()
    {
        using var place = new Place();
        DateTimeOffset at = place.Time.GetUtcNow() + Day;
        await place.SaveAsync("tie c", draft => draft with { Id = MemoryId.Of(0, 3), CreatedAt = at });
        await place.SaveAsync("tie a", draft => draft with { Id = MemoryId.Of(0, 1), CreatedAt = at });
        await place.SaveAsync("tie b", draft => draft with { Id = MemoryId.Of(0, 2), CreatedAt = at });
        await place.SaveAsync("tie newest", draft => draft with { Id = MemoryId.Of(0, 9), CreatedAt = at + Day });
        Assert.Equal(["tie newest", "tie a", "tie b", "tie c"], (await place.SearchAsync("tie")).Select(hit => hit.Text));
        Assert.Equal(["tie newest", "tie a"], (await place.SearchAsync("tie", k: 2)).Select(hit => hit.Text));
    }

    [Fact]
    public async Task Filters_decide_before_the_text_does()
    {
        using var place = new Place();
        DateTimeOffset now = place.Time.GetUtcNow();
        await place.SaveAsync("x one", draft => draft with { Type = "note", Session = "s1", Files = ["a.cs", "b.cs"] });
        await place.SaveAsync("x two", draft => draft with { Type = "note", Session = "s2", CreatedAt = now - (2 * Day) });
        await place.SaveAsync("x three", draft => draft with { Session = "s1", CreatedAt = now - Day, Files = ["b.cs"] });
        await place.SaveAsync("x four", draft => draft with { Id = MemoryId.Of(0, 4), CreatedAt = now - (3 * Day) });

        async Task<IEnumerable<string>> Find(SearchFilters filters) => (await place.SearchAsync("x", filters)).Select(hit => hit.Text).Order();

        Assert.Equal(["x one", "x two"], await Find(new SearchFilters { Type = "note" }));
        Assert.Equal(["x one", "x three"], await Find(new SearchFilters { Session = "s1" }));
        Assert.Equal(["x one", "x three"], await Find(new SearchFilters { File = "b.cs" }));
        Assert.Equal(["x one"], await Find(new SearchFilters { File = "b.cs", Type = "note" }));
        Assert.Empty(await Find(new SearchFilters { Type = "Note" }));
        Assert.Equal(["x three", "x two"], await Find(new SearchFilters { From = now - (2 * Day), To = now }));
        Assert.Equal(["x two"], await Find(new SearchFilters { From = now - (2 * Day), To = now - Day }));
        Assert.Equal(["x four"], await Find(new SearchFilters { To = now - (2 * Day) }));
        Assert.Equal(["x one"], await Find(new SearchFilters { From = now }));
    }

    [Fact]
    public async Task A_range_of_time_finds_what_a_loop_finds()
    {
        const int Seed = 99;
        var random = new Random(Seed);
        using var place = new Place();
        var times = new List<long>();
        List<MemoryDraft> drafts = [];
        for (int i = 0; i < 5000; i++)
        {
            long ms = random.NextInt64(1, 10_000);
            times.Add(ms);
            MemoryId id = MemoryId.Of(i % 3 == 0 ? 0 : ms, (uint)i);
            drafts.Add(MemoryDraft.OfText($"word {i}") with { Id = id, CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(ms) });
        }

        Assert.Equal(SaveOutcome.Saved, (await place.Memories.SaveAsync(drafts)).Outcome);
        for (int round = 0; round < 30; round++)
        {
            long from = random.NextInt64(0, 10_000);
            long to = from + random.NextInt64(1, 5000);
            var request = new SearchRequest
            {
                Query = "word",
                Filters = new SearchFilters { From = DateTimeOffset.FromUnixTimeMilliseconds(from), To = DateTimeOffset.FromUnixTimeMilliseconds(to) },
            };
            using SearchAnswer answer = await place.Memories.SearchAsync(request, CancellationToken.None);
            Assert.True(times.Count(ms => ms >= from && ms < to) == answer.Matched, $"seed {Seed}, {from} to {to}");
        }
    }

    [Fact]
    public async Task Every_memory_is_looked_at_once_over_many_pages()
    {
        using var place = new Place();
        for (int batch = 0; batch < 5; batch++)
            await place.Memories.SaveAsync([.. Enumerable.Range(0, 1000).Select(i => MemoryDraft.OfText($"word n{batch}x{i}"))]);
        using SearchAnswer answer = await place.Memories.SearchAsync(new SearchRequest { Query = "word", ResultsMax = 1000 }, CancellationToken.None);
        Assert.Equal(5000, answer.Scanned);
        Assert.Equal(5000, answer.Matched);
        Assert.Equal(5000, answer.ScannedByTier.Values.Sum());
        Assert.Equal(1000, answer.Hits.Select(hit => hit.Id).Distinct().Count());
        Assert.Equal(["word n3x777"], (await place.SearchAsync("n3x777")).Select(hit => hit.Text));
    }

    [Fact]
    public async Task Hits_are_read_as_they_were_when_the_search_began()
    {
        using var place = new Place();
        MemoryId id = await place.SaveAsync("lasting word");
        using SearchAnswer answer = await place.Memories.SearchAsync(new SearchRequest { Query = "lasting" }, CancellationToken.None);
        await place.Memories.DeleteAsync(id);
        Assert.Equal("lasting word", answer.Read(answer.Hits[0])!.Text);
    }

    [Fact]
    public async Task Confidence_is_the_share_of_the_best_possible_score()
    {
        using var place = new Place();
        await place.SaveAsync("alpha gamma");
        using (SearchAnswer none = await place.Memories.SearchAsync(new SearchRequest { Query = "delta" }, CancellationToken.None))
            Assert.Equal(0, none.Confidence);
        using (SearchAnswer part = await place.Memories.SearchAsync(new SearchRequest { Query = "alpha beta" }, CancellationToken.None))
            Assert.Equal(2.0 / 14, part.Confidence, 12);
        using SearchAnswer all = await place.Memories.SearchAsync(new SearchRequest { Query = "alpha gamma" }, CancellationToken.None);
        Assert.Equal(1, all.Confidence);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_not_searched()
    {
        using var place = new Place();
        await place.Memories.SaveAsync(new MemoryDraft { Content = "hidden"u8.ToArray(), IsText = false });
        Assert.Empty(await place.SearchAsync("hidden"));
    }

    [Fact]
    public async Task A_cancelled_search_gives_everything_back()
    {
        using var place = new Place();
        await place.SaveAsync("word");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        for (int i = 0; i < 2 * MemoryLimits.SearchesAtOnceMax; i++)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await place.Memories.SearchAsync(new SearchRequest { Query = "word" }, cancelled.Token));
        }

        Assert.Single(await place.SearchAsync("word"));
        Assert.Equal(0, place.Store.Status.Snapshots);
    }

    [Fact]
    public async Task More_searches_than_allowed_at_once_are_refused_not_queued()
    {
        using var place = new Place();
        await place.SaveAsync("word");
        var request = new SearchRequest { Query = "word" };
        List<SearchAnswer> open = [];
        for (int i = 0; i < MemoryLimits.SearchesAtOnceMax; i++)
            open.Add(await place.Memories.SearchAsync(request, CancellationToken.None));
        using (SearchAnswer busy = await place.Memories.SearchAsync(request, CancellationToken.None))
            Assert.Equal(SearchOutcome.Busy, busy.Outcome);
        open[0].Dispose();
        open[0].Dispose();
        using (SearchAnswer next = await place.Memories.SearchAsync(request, CancellationToken.None))
            Assert.Equal(SearchOutcome.Done, next.Outcome);
        open.ForEach(answer => answer.Dispose());
        Assert.Equal(0, place.Store.Status.Snapshots);
    }

    [Fact]
    public async Task Every_mistake_of_a_request_is_named()
    {
        using var place = new Place();
        var request = new SearchRequest
        {
            Query = "!!!",
            Mode = "semantic",
            ResultsMax = 1001,
            Filters = new SearchFilters { Type = "", From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch },
        };
        using SearchAnswer answer = await place.Memories.SearchAsync(request, CancellationToken.None);
        Assert.Equal(
            ["query empty", "mode search-mode-unavailable", "k out-of-range", "filters.type empty", "filters.to out-of-range"],
            answer.Mistakes.Select(mistake => $"{mistake.Path} {mistake.Code}"));
        string many = string.Join(' ', Enumerable.Range(0, MemoryLimits.QueryWordsMax + 1).Select(i => $"w{i}"));
        using SearchAnswer words = await place.Memories.SearchAsync(new SearchRequest { Query = many }, CancellationToken.None);
        Assert.Equal("too-long", Assert.Single(words.Mistakes).Code);
        string repeated = string.Join(' ', Enumerable.Repeat("same", MemoryLimits.QueryTermsMax + 1));
        using SearchAnswer terms = await place.Memories.SearchAsync(new SearchRequest { Query = repeated }, CancellationToken.None);
        Assert.Equal("too-long", Assert.Single(terms.Mistakes).Code);
        using SearchAnswer chars = await place.Memories.SearchAsync(new SearchRequest { Query = new string('x', 1025) }, CancellationToken.None);
        Assert.Equal("too-long", Assert.Single(chars.Mistakes).Code);
    }
}
