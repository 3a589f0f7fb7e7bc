using Thermocline.Memory.Pruning;
using Thermocline.Store;
using Thermocline.Store.Files;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Memory.Tests.Pruning;

public sealed class PruneRunTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(true, 0.1, true, true, true)]
    [InlineData(true, 0.5, true, false, false)]
    [InlineData(false, 0.1, false, true, false)]
    [InlineData(true, null, true, false, false)]
    public void A_record_is_chosen_when_every_rule_holds(bool old, double? significance, bool isOld, bool isMinor, bool chosen)
    {
        var rules = new PruneRules { WrittenBefore = DateTimeOffset.UnixEpoch.AddDays(10), SignificanceBelow = 0.5 };
        long writtenMs = (long)TimeSpan.FromDays(old ? 9 : 10).TotalMilliseconds;
        Significance? given = significance is { } value ? new Significance { KnowledgeValue = value, PatternStrength = 0.05 } : null;
        Assert.Equal(new PruneJudgement(isOld, isMinor, chosen), PruneJudgement.Of(rules, writtenMs, given));
    }

    [Fact]
    public void A_rule_that_is_not_given_excludes_nothing_and_none_at_all_chooses_nothing()
    {
        var old = new PruneRules { WrittenBefore = DateTimeOffset.UnixEpoch.AddDays(10) };
        Assert.True(PruneJudgement.Of(old, 0, null).IsChosen);
        Assert.False(PruneJudgement.Of(new PruneRules { Collection = "c" }, 0, new Significance { KnowledgeValue = 0 }).IsChosen);
        Assert.False(PruneJudgement.Of(new PruneRules { SignificanceBelow = 1 }, 0, new Significance()).IsChosen);
    }

    [Fact]
    public async Task Old_records_of_a_collection_go_and_all_others_stay()
    {
        using TieredStore store = Stores.OpenSmall(new MemoryFiles(), _time);
        for (int i = 0; i < 2_500; i++)
            await store.PutAsync($"old {i}", "x");
        await store.WriteAsync(new WriteOperation { Key = Keys.Compose("u", "old"), Value = "x"u8.ToArray() });
        _time.Advance(TimeSpan.FromDays(2));
        await store.PutAsync("new", "x");
        var rules = new PruneRules { Collection = "t", WrittenBefore = _time.GetUtcNow().AddDays(-1) };
        PruneFigures looked = await new PruneRun(store, rules, null).RunAsync(null, CancellationToken.None);
        Assert.Equal((2_501, 2_500, 2_500, 0), (looked.Scanned, looked.Old, looked.Chosen, looked.Deleted));
        Assert.Equal("x", store.Text("old 7"));
        PruneFigures done = await new PruneRun(store, rules, PruneRun.Deleting(store)).RunAsync(null, CancellationToken.None);
        Assert.Equal((2_500, 2_500, 0), (done.Chosen, done.Deleted, done.Left));
        Assert.Equal(looked.ChosenBytes, done.ChosenBytes);
        Assert.Null(store.Text("old 7"));
        Assert.Equal("x", store.Text("new"));
        Assert.Equal(2, store.List([], [], 10).Keys.Count);
    }

    [Fact]
    public async Task A_record_that_is_written_between_the_look_and_the_deletion_stays()
    {
        using TieredStore store = Stores.OpenSmall(new MemoryFiles(), _time);
        await store.PutAsync("kept", "old");
        await store.PutAsync("gone", "old");
        _time.Advance(TimeSpan.FromDays(2));
        var rules = new PruneRules { WrittenBefore = _time.GetUtcNow() };
        Func<byte[], ulong, ValueTask<WriteOutcome>> delete = PruneRun.Deleting(store);
        bool first = true;
        PruneFigures done = await new PruneRun(store, rules, async (key, sequence) =>
        {
            if (first)
                await store.PutAsync("kept", "new");
            first = false;
            return await delete(key, sequence);
        }).RunAsync(null, CancellationToken.None);
        Assert.Equal((2, 1, 1), (done.Chosen, done.Deleted, done.Left));
        Assert.Equal("new", store.Text("kept"));
        Assert.Null(store.Text("gone"));
    }

    [Theory]
    [InlineData("below", "c", 0.0)]
    [InlineData("below", "c", 1.1)]
    [InlineData("below", "c", double.NaN)]
    [InlineData("collection", "C", 0.5)]
    [InlineData("collection", "", 0.5)]
    public void Rules_out_of_range_are_named(string path, string collection, double below) =>
        Assert.Equal(path, Assert.Single(new PruneRules { Collection = collection, SignificanceBelow = below }.Check()).Path);
}
