using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Tests.Cluster.Fakes;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Watching;

public sealed class WatcherTests
{
    private const string Gone =
        """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""" + "\n";

    private static readonly Func<CancellationToken, Task<HttpResponseMessage>> Silence = ScriptedApi.Stream("", StreamEnd.Silence);

    private readonly SteppedTime _time = new();
    private WatchStatus? _status;

    [Fact]
    public async Task Everything_that_is_there_is_told_first_even_what_is_going_already()
    {
        var api = new ScriptedApi(
            ScriptedApi.Json(
                """
                {"metadata":{"resourceVersion":"5"},"items":[
                 {"metadata":{"name":"a","uid":"u-a","resourceVersion":"2"}},
                 {"metadata":{"name":"b","uid":"u-b","resourceVersion":"3","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["x"]}}]}
                """),
            ScriptedApi.Stream(Line("ADDED", "c", 6) + Line("MODIFIED", "a", 7) + Line("DELETED", "c", 8), StreamEnd.Silence));
        IReadOnlyList<WatchEvent<AnyObject>> told = await Told(api, 6);
        Assert.Equal(["Added a", "Added b", "Synced ", "Added c", "Modified a", "Deleted c"], Names(told));
        Assert.True(told[1].Object!.Metadata.IsDeleting);
        Assert.Contains("watch=1&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=450", api.Asked[1], StringComparison.Ordinal);
        Assert.True(_status!.IsSynced);
        Assert.NotNull(_status.LastHeard);
    }

    [Theory]
    [InlineData(StreamEnd.Clean)]
    [InlineData(StreamEnd.Cut)]
    [InlineData(StreamEnd.Silence)]
    public async Task A_stream_that_ends_goes_on_where_it_ended(object end)
    {
        var api = new ScriptedApi(
            List("1"),
            ScriptedApi.Stream(Line("ADDED", "a", 2) + Bookmark(9) + """{"type":"ADDED","obj""", (StreamEnd)end),
            ScriptedApi.Stream(Line("ADDED", "b", 10), StreamEnd.Silence));
        Assert.Equal(["Synced ", "Added a", "Added b"], Names(await Told(api, 3)));
        Assert.Contains("resourceVersion=9", api.Asked[2], StringComparison.Ordinal);
        Assert.True(_status!.Reconnections >= 1);
        Assert.Equal(1, _status.Lists);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task History_that_is_gone_is_listed_again_and_only_the_differences_are_told(bool inTheStream)
    {
        var api = new ScriptedApi(
            List("10", ("kept", "1", 1), ("changed", "2", 2), ("gone", "3", 3), ("replaced", "4", 4)),
            inTheStream ? ScriptedApi.Stream(Gone) : ScriptedApi.Status(410, "Expired"),
            List("20", ("kept", "1", 1), ("changed", "2", 12), ("replaced", "5", 14), ("new", "6", 15)),
            Silence);
        string[] told = Names(await Told(api, 11));
        Assert.Equal(["Added kept", "Added changed", "Added gone", "Added replaced", "Synced "], told[..5]);
        Assert.Equal(["Deleted gone", "Modified changed", "Deleted replaced", "Added replaced", "Added new", "Synced "], told[5..]);
    }

    [Fact]
    public async Task A_giant_line_is_not_read_and_everything_is_listed_again()
    {
        string giant = Line("ADDED", new string('x', 200_000), 3);
        var api = new ScriptedApi(
            List("1"), ScriptedApi.Stream(Line("ADDED", "a", 2) + giant), List("4", ("a", "u-a", 2), ("b", "u-b", 4)), Silence);
        Assert.Equal(["Synced ", "Added a", "Added b", "Synced "], Names(await Told(api, 4, lineBytesMax: 100_000)));
    }

    [Fact]
    public async Task A_long_line_that_is_allowed_arrives_whole()
    {
        string name = new('x', 45_000);
        var api = new ScriptedApi(List("1"), ScriptedApi.Stream(Line("ADDED", name, 2) + Line("ADDED", "b", 3), StreamEnd.Silence));
        Assert.Equal(["Synced ", $"Added {name}", "Added b"], Names(await Told(api, 3, lineBytesMax: 100_000)));
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("{}\n")]
    [InlineData("""{"type":"RENAMED","object":{}}""" + "\n")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":7}}}""" + "\n")]
    [InlineData("[]\n")]
    public async Task A_line_that_is_no_change_is_not_read_twice(string line)
    {
        var api = new ScriptedApi(List("1"), ScriptedApi.Stream(line), List("4", ("b", "u-b", 4)), Silence);
        Assert.Equal(["Synced ", "Added b", "Synced "], Names(await Told(api, 3)));
    }

    [Fact]
    public async Task A_server_that_refuses_is_asked_at_growing_pauses()
    {
        DateTimeOffset start = _time.GetUtcNow();
        var api = new ScriptedApi(
            [.. Enumerable.Repeat(ScriptedApi.Status(403, "Forbidden"), 7), List("1"), Silence]);
        await Told(api, 1);

        // 1, 2, 4, 8, 16, 30 and 30 seconds, shortened by a quarter.
        Assert.True(_time.GetUtcNow() - start >= TimeSpan.FromSeconds(91 * 0.75));
        Assert.True(_status!.Failures >= 7);
    }

    [Fact]
    public async Task A_server_that_ends_every_stream_at_once_is_not_asked_without_pause()
    {
        DateTimeOffset start = _time.GetUtcNow();
        var api = new ScriptedApi(
            [List("1"), .. Enumerable.Repeat(ScriptedApi.Stream(""), 6), ScriptedApi.Stream(Line("ADDED", "a", 2), StreamEnd.Silence)]);
        await Told(api, 2);
        Assert.True(_time.GetUtcNow() - start >= TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_consumer_that_does_not_read_stops_the_watch_and_loses_nothing()
    {
        string lines = string.Concat(Enumerable.Range(2, 500).Select(i => Line("ADDED", $"n{i}", i)));
        var api = new ScriptedApi(List("1"), ScriptedApi.Stream(lines, StreamEnd.Silence));
        IReadOnlyList<WatchEvent<AnyObject>> told = await Told(api, 501);
        Assert.Equal(Enumerable.Range(2, 500).Select(i => $"n{i}"), told.Skip(1).Select(each => each.Key.Name));
    }

    private static string[] Names(IEnumerable<WatchEvent<AnyObject>> told) => [.. told.Select(each => $"{each.Kind} {each.Key.Name}")];

    private static string Item(string name, string uid, int version) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = uid, ["resourceVersion"] = $"{version}" },
    }.ToJsonString();

    private static string Line(string type, string name, int version) =>
        "{\"type\":\"" + type + "\",\"object\":" + Item(name, $"u-{name}", version) + "}\n";

    private static string Bookmark(int version) => Line("BOOKMARK", "", version);

    private static Func<CancellationToken, Task<HttpResponseMessage>> List(
        string version, params (string Name, string Uid, int Version)[] items) => ScriptedApi.Json(
            "{\"metadata\":{\"resourceVersion\":\"" + version + "\"},\"items\":["
            + string.Join(',', items.Select(item => Item(item.Name, item.Uid, item.Version))) + "]}");

    private async Task<IReadOnlyList<WatchEvent<AnyObject>>> Told(ScriptedApi api, int count, int lineBytesMax = 1 << 20)
    {
        using ClusterClient client = api.Client(_time);
        var options = new WatcherOptions { Randomizer = static () => 0.5, LineBytesMax = lineBytesMax, WaitingMax = 8 };
        var watcher = new Watcher<AnyObject>(client, Resources.Whole(Resources.ConfigMaps), ListScope.All, options, _time);
        return await _time.RunAsync(
            async () =>
            {
                using var stop = new CancellationTokenSource();
                Task running = watcher.RunAsync(stop.Token);
                List<WatchEvent<AnyObject>> told = [];
                while (told.Count < count)
                    told.Add(await watcher.Events.ReadAsync(TestContext.Current.CancellationToken));
                _status = watcher.Status;
                await stop.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
                return told;
            },
            TestContext.Current.CancellationToken);
    }
}
