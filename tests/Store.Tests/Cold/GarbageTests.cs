using Thermocline.Store.Cold;
using Thermocline.Store.Cold.Manifests;
using Thermocline.Store.Cold.Resilience;
using Thermocline.Testing;
using Thermocline.Testing.Cold;
using Xunit;

namespace Thermocline.Store.Tests.Cold;

public sealed class GarbageTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Now = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SteppedTime _time = new();
    private readonly MemoryColdStore _bucket;
    private readonly ManifestStore _manifests;
    private readonly GarbageCollector _collector;

    public GarbageTests()
    {
        _bucket = new MemoryColdStore(_time);
        _manifests = new ManifestStore(_bucket, _time);
        _collector = new GarbageCollector(_bucket, _manifests, _time, Delay);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string A => Manifests.Writer('a');

    private static string B => Manifests.Writer('b');

    public void Dispose()
    {
        _manifests.Dispose();
        _bucket.Dispose();
    }

    [Fact]
    public void Only_objects_of_ours_that_the_manifest_does_not_name_are_garbage()
    {
        var rule = new GarbageCollection(Manifests.Manifest(Manifests.Segment(1, 4)) with
        {
            Tails = [new(A, 5, ManifestTail.Open), new(B, 3, 2), new(B, 6, 2), new(A, 4, ManifestTail.Open)],
        });
        string[] needed =
        [
            "manifest", "identity", "readme", "segments/notes.txt", "tail/other", Manifests.Segment(1, 4).Object,
            ObjectNames.Tail(A, 5, 0), ObjectNames.Tail(A, 5, 999), ObjectNames.Tail(A, 4, 0), ObjectNames.Tail(B, 6, 1),
        ];
        string[] garbage =
        [
            "probe/x", Manifests.Segment(1, 4, 'f').Object, Manifests.Segment(5, 5).Object, ObjectNames.Tail(B, 5, 0),
            ObjectNames.Tail(B, 6, 2), ObjectNames.Tail(B, 3, 0),
        ];
        Assert.All(needed, name => Assert.False(rule.IsGarbage(name), name));
        Assert.All(garbage, name => Assert.True(rule.IsGarbage(name), name));
    }

    [Theory]
    [InlineData(61, 61, true)]
    [InlineData(61, 59, false)]
    [InlineData(59, 61, false)]
    [InlineData(10_000, 0, false)]
    public void What_is_young_or_unreferenced_for_a_short_time_is_left(int oldMinutes, int suspectMinutes, bool deleted)
    {
        var entry = new ColdEntry(Manifests.Segment(1, 1).Object, 10, Now.AddMinutes(-oldMinutes));
        var suspects = new Dictionary<string, DateTimeOffset> { [entry.Name] = Now.AddMinutes(-suspectMinutes) };
        GarbagePlan plan = GarbageCollection.Decide([entry], Manifests.Manifest(), suspects, Now, Delay);
        Assert.Equal(deleted, plan.Delete.Contains(entry));
        Assert.Equal(deleted ? [] : [entry.Name], plan.Suspects.Keys);
    }

    [Fact]
    public void One_look_deletes_so_many_and_remembers_the_rest()
    {
        ColdEntry[] many = [.. Enumerable.Range(0, 10_500).Select(i => new ColdEntry(ObjectNames.Tail(A, 1, i), 1, Now.AddDays(-2)))];
        var suspects = many.ToDictionary(entry => entry.Name, _ => Now.AddDays(-1));
        GarbagePlan plan = GarbageCollection.Decide(many, Manifests.Manifest(), suspects, Now, Delay);
        Assert.Equal((10_000, 500), (plan.Delete.Count, plan.Suspects.Count));
        Assert.All(plan.Suspects.Values, since => Assert.Equal(Now.AddDays(-1), since));
    }

    [Fact]
    public async Task An_orphan_goes_after_the_delay_and_what_is_named_stays()
    {
        await ClaimAsync();
        ManifestSegment named = Manifests.Segment(1, 1), orphan = Manifests.Segment(2, 2);
        await PutAsync(named.Object, orphan.Object, "identity", "somebody/else", "probe/left");
        await _manifests.PublishAsync(Manifests.Adding(named), Stop);
        await RunAsync();
        _time.Advance(TimeSpan.FromMinutes(59));
        await RunAsync();
        Assert.Equal((2, 4, 2, 0), (_collector.Status.Runs, _collector.Status.Seen + 1, _collector.Status.Suspects, _collector.Status.Deleted));

        _time.Advance(TimeSpan.FromMinutes(2));
        await RunAsync();
        Assert.Equal(["identity", "manifest", named.Object, "somebody/else"], _bucket.Names);
        Assert.Equal((2, 2), (_collector.Status.Deleted, _collector.Status.DeletedBytes));
    }

    [Fact]
    public async Task Pieces_of_a_closed_tail_go_once_their_segment_is_published()
    {
        await ClaimAsync();
        string[] pieces = [ObjectNames.Tail(A, 1, 0), ObjectNames.Tail(A, 1, 1)];
        await PutAsync(pieces);
        await _manifests.PublishAsync(now => now with { Tails = [new(A, 1, 2)] }, Stop);
        await RunTwiceAsync();
        Assert.Equal(0, _collector.Status.Deleted);
        await _manifests.PublishAsync(Manifests.Adding(Manifests.Segment(1, 1)), Stop);
        await RunTwiceAsync();
        Assert.DoesNotContain(_bucket.Names, name => pieces.Contains(name));
    }

    [Fact]
    public async Task An_object_that_is_protected_or_gets_named_meanwhile_stays()
    {
        await ClaimAsync();
        ManifestSegment found = Manifests.Segment(1, 1), late = Manifests.Segment(2, 2);
        await PutAsync(found.Object, late.Object);
        await RunAsync();
        _time.Advance(Delay * 2);
        using IDisposable protection = await _manifests.ProtectAsync(found.Object, Stop);

        // Another thread publishes between the collector's listing and its deletions.
        bool published = false;
        _bucket.Rule = call =>
        {
            if (call.Kind == ColdOperation.List && call.Name == ObjectNames.Tails && !published)
            {
                published = true;
                _manifests.PublishAsync(Manifests.Adding(late), Stop).AsTask().GetAwaiter().GetResult();
            }

            return ColdTrouble.None;
        };
        await RunAsync();
        Assert.True(published);
        Assert.Contains(found.Object, _bucket.Names);
        Assert.Contains(late.Object, _bucket.Names);

        protection.Dispose();
        await RunTwiceAsync();
        Assert.DoesNotContain(found.Object, _bucket.Names);
    }

    [Fact]
    public async Task A_fenced_collector_deletes_nothing()
    {
        await ClaimAsync();
        await PutAsync(Manifests.Segment(1, 1).Object);
        await RunAsync();
        using var other = new ManifestStore(_bucket, _time);
        await other.ClaimAsync(Manifests.StoreId, Manifests.Writer('2'), Stop);
        await other.PublishAsync(Manifests.Adding(Manifests.Segment(1, 1)), Stop);
        _time.Advance(Delay * 2);
        Assert.Equal(StoreFault.Fenced, (await Assert.ThrowsAsync<StoreException>(RunAsync)).Fault);
        Assert.Contains(Manifests.Segment(1, 1).Object, _bucket.Names);
    }

    [Fact]
    public async Task Deletions_whose_answer_is_lost_are_done_by_the_next_look()
    {
        await ClaimAsync();
        await PutAsync([.. Enumerable.Range(1, 250).Select(number => Manifests.Segment(number, number).Object)]);
        await RunAsync();
        _time.Advance(Delay * 2);
        _bucket.Rule = call => call.Kind == ColdOperation.Delete ? ColdTrouble.AnswerLost : ColdTrouble.None;
        await Assert.ThrowsAsync<StoreException>(RunAsync);
        _bucket.Rule = null;
        await RunTwiceAsync();
        Assert.Equal(["manifest"], _bucket.Names);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_order_things_happen_in_the_manifest_names_only_what_is_there(int seed)
    {
        var random = new Random(seed);
        await ClaimAsync();
        int next = 1;
        var orphans = new List<ManifestSegment>();
        for (int step = 0; step < 400; step++)
        {
            _bucket.Rule = call => random.Next(12) == 0 ? ColdTrouble.Stale : ColdTrouble.None;
            switch (random.Next(6))
            {
                case 0:
                    // Shipped and never published: a crash in between.
                    ManifestSegment orphan = Manifests.Segment(next, next++);
                    orphans.Add(orphan);
                    await PutAsync(orphan.Object);
                    break;
                case 1 when orphans.Count > 0:
                    // Shipped again later: found there, and named.
                    await ShipAsync(orphans[random.Next(orphans.Count)]);
                    break;
                case 2:
                    await ShipAsync(Manifests.Segment(next, next++));
                    break;
                case 3:
                    int drop = random.Next(next);
                    await _manifests.PublishAsync(now => now with { Segments = [.. now.Segments.Where(entry => entry.First != drop)] }, Stop);
                    break;
                case 4:
                    _time.Advance(TimeSpan.FromMinutes(random.Next(90)));
                    break;
                default:
                    await RunAsync();
                    break;
            }

            Assert.All(_manifests.Current!.Segments, segment => Assert.Contains(segment.Object, _bucket.Names));
        }

        Assert.True(_collector.Status.Deleted > 10, $"{_collector.Status.Deleted} deleted");
    }

    private async Task ShipAsync(ManifestSegment segment)
    {
        using IDisposable protection = await _manifests.ProtectAsync(segment.Object, Stop);
        await _bucket.PutAsync(segment.Object, "x"u8.ToArray(), ColdCondition.IfAbsent, Stop);
        await RunAsync();
        await _manifests.PublishAsync(Manifests.Adding(segment), Stop);
    }

    private async Task ClaimAsync() => await _manifests.ClaimAsync(Manifests.StoreId, Manifests.Writer('1'), Stop);

    private async Task RunAsync() => await _collector.RunAsync(Stop);

    private async Task RunTwiceAsync()
    {
        await RunAsync();
        _time.Advance(Delay * 2);
        await RunAsync();
    }

    private async Task PutAsync(params string[] names)
    {
        foreach (string name in names)
            await _bucket.PutAsync(name, "x"u8.ToArray(), ColdCondition.None, Stop);
    }
}
