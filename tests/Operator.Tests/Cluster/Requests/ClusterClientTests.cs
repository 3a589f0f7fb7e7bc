using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Tests.Cluster.Fakes;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Requests;

public sealed class ClusterClientTests
{
    private const string Object = """{"metadata":{"name":"a","namespace":"ns","resourceVersion":"7"}}""";

    private static readonly EntityKey Key = new("ns", "a");
    private static readonly Resource<AnyObject> ConfigMaps = Resources.Whole(Resources.ConfigMaps);

    private readonly SteppedTime _time = new();

    [Fact]
    public async Task Absence_is_an_answer()
    {
        var api = new ScriptedApi(ScriptedApi.Status(404, "NotFound"));
        Assert.Null(await Ask(api, client => client.GetAsync(ConfigMaps, Key, Cancellation)));
        Assert.False(await Ask(api, client => client.DeleteAsync(Resources.ConfigMaps, Key, DeleteOptions.Default, Cancellation)));
        Assert.False(await Ask(api, client => client.IsServedAsync(Resources.Pods, "resize", Cancellation)));
    }

    [Fact]
    public async Task A_refusal_says_what_the_server_said()
    {
        var api = new ScriptedApi(ScriptedApi.Json(
            """
            {"kind":"Status","code":422,"reason":"Invalid","message":"two mistakes",
             "details":{"causes":[{"field":"spec.a","message":"is odd","reason":"FieldValueInvalid"},{"field":"spec.b"}]}}
            """,
            422));
        ClusterException refused = await Refused(api, client => client.ApplyAsync(ConfigMaps, Key, [], ApplyOptions.Forced, Cancellation));
        Assert.Equal((ClusterFault.Invalid, 422), (refused.Fault, refused.Code));
        Assert.Equal("PATCH /api/v1/namespaces/ns/configmaps/a: two mistakes", refused.Message);
        Assert.Equal([new FaultCause("spec.a", "is odd", "FieldValueInvalid"), new FaultCause("spec.b", null, null)], refused.Causes);
        Assert.Equal("PATCH /api/v1/namespaces/ns/configmaps/a?fieldManager=thermocline-operator&force=true", Assert.Single(api.Asked));
    }

    [Theory]
    [InlineData(409, "Conflict", ClusterFault.Conflict)]
    [InlineData(409, "AlreadyExists", ClusterFault.AlreadyExists)]
    [InlineData(410, "Expired", ClusterFault.Gone)]
    [InlineData(403, "Forbidden", ClusterFault.Forbidden)]
    [InlineData(401, "Unauthorized", ClusterFault.Unauthorized)]
    [InlineData(413, "RequestEntityTooLarge", ClusterFault.TooLarge)]
    public async Task What_will_not_pass_is_not_asked_again(int code, string reason, object fault)
    {
        var api = new ScriptedApi(ScriptedApi.Status(code, reason));
        ClusterException refused = await Refused(api, client => client.GetAsync(ConfigMaps, Key, Cancellation));
        Assert.Equal(fault, refused.Fault);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task An_answer_that_is_no_status_is_told_by_its_code()
    {
        var api = new ScriptedApi(ScriptedApi.Json("<html>no gateway", 403));
        Assert.Equal(ClusterFault.Forbidden, (await Refused(api, client => client.GetAsync(ConfigMaps, Key, Cancellation))).Fault);
        api = new ScriptedApi(ScriptedApi.Json("<html>fine"));
        Assert.Equal(ClusterFault.Unreadable, (await Refused(api, client => client.GetAsync(ConfigMaps, Key, Cancellation))).Fault);
    }

    [Fact]
    public async Task What_may_pass_is_asked_again_when_that_is_harmless()
    {
        var api = new ScriptedApi(
            ScriptedApi.Status(503, "ServiceUnavailable"), ScriptedApi.Broken(HttpRequestError.ResponseEnded),
            ScriptedApi.Status(500, "InternalError"), ScriptedApi.Json(Object));
        Assert.NotNull(await Ask(api, client => client.GetAsync(ConfigMaps, Key, Cancellation)));
        Assert.Equal(4, api.Asked.Count);
    }

    [Fact]
    public async Task What_might_happen_twice_is_not_asked_again()
    {
        var api = new ScriptedApi(ScriptedApi.Broken(HttpRequestError.ResponseEnded));
        ClusterException lost = await Refused(api, client => client.CreateAsync(ConfigMaps, "ns", new AnyObject(), Cancellation));
        Assert.Equal(ClusterFault.ConnectionLost, lost.Fault);
        Assert.Single(api.Asked);
        api = new ScriptedApi(ScriptedApi.Broken(HttpRequestError.ConnectionError), ScriptedApi.Json(Object, 201));
        Assert.NotNull(await Ask(api, client => client.CreateAsync(ConfigMaps, "ns", new AnyObject(), Cancellation)));
    }

    [Fact]
    public async Task The_pause_a_server_asks_for_is_kept_and_bounded()
    {
        DateTimeOffset start = _time.GetUtcNow();
        var api = new ScriptedApi(
            ScriptedApi.Status(429, "TooManyRequests", retryAfterSeconds: 7),
            ScriptedApi.Status(429, "TooManyRequests", retryAfterSeconds: 86_400),
            ScriptedApi.Json(Object, 201));
        await Ask(api, client => client.CreateAsync(ConfigMaps, "ns", new AnyObject(), Cancellation));
        Assert.Equal(37, (_time.GetUtcNow() - start).TotalSeconds, 3);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_given_up()
    {
        var api = new ScriptedApi(async cancellation =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return null!;
        });
        ClusterException late = await Refused(api, client => client.GetAsync(ConfigMaps, Key, Cancellation));
        Assert.Equal(ClusterFault.TimedOut, late.Fault);
        Assert.Equal(5, api.Asked.Count);
    }

    [Fact]
    public async Task Pages_that_expire_are_listed_again_once()
    {
        Func<CancellationToken, Task<HttpResponseMessage>> first = ScriptedApi.Json(Page("1", "next", "a", "b"));
        var api = new ScriptedApi(first, ScriptedApi.Status(410, "Expired"), first, ScriptedApi.Json(Page("1", null, "c")));
        ClusterList<AnyObject> list = await Ask(api, client => client.ListAsync(ConfigMaps, ListScope.All, Cancellation));
        Assert.Equal(["a", "b", "c"], list.Items.Select(item => item.Metadata.Name));
        Assert.Equal("1", list.ResourceVersion);
        Assert.Equal("GET /api/v1/configmaps?limit=250&continue=next", api.Asked[^1]);

        api = new ScriptedApi(first, ScriptedApi.Status(410, "Expired"), first, ScriptedApi.Status(410, "Expired"));
        ClusterException gone = await Refused(api, client => client.ListAsync(ConfigMaps, ListScope.All, Cancellation));
        Assert.Equal((ClusterFault.Gone, 4), (gone.Fault, api.Asked.Count));
    }

    [Fact]
    public async Task A_list_that_does_not_end_is_refused()
    {
        var api = new ScriptedApi(ScriptedApi.Json(Page("1", "next", "a")));
        Assert.Equal(
            ClusterFault.Unreadable,
            (await Refused(api, client => client.ListAsync(ConfigMaps, ListScope.All, Cancellation))).Fault);
    }

    [Theory]
    [InlineData(429, "TooManyRequests", EvictionOutcome.Refused, 10)]
    [InlineData(404, "NotFound", EvictionOutcome.Absent, 0)]
    [InlineData(409, "Conflict", EvictionOutcome.Refused, 0)]
    [InlineData(409, "UID in precondition", EvictionOutcome.Absent, 0)]
    public async Task A_refused_eviction_is_an_answer(int code, string reason, object outcome, int seconds)
    {
        var api = new ScriptedApi(ScriptedApi.Status(code, reason, seconds == 0 ? null : seconds));
        EvictionAnswer answer = await Ask(api, client => client.EvictAsync(Key, DeleteOptions.Default, Cancellation));
        Assert.Equal(outcome, answer.Outcome);
        Assert.Equal(seconds == 0 ? null : TimeSpan.FromSeconds(seconds), answer.RetryAfter);
        Assert.Equal("POST /api/v1/namespaces/ns/pods/a/eviction", Assert.Single(api.Asked));
    }

    [Fact]
    public async Task A_token_the_server_does_not_know_is_read_again_once()
    {
        using var folder = new TempFolder();
        string file = folder.Combine("token");
        await File.WriteAllTextAsync(file, "old\n", Cancellation);
        var api = new ScriptedApi(
            _ =>
            {
                File.WriteAllText(file, "new\n");
                return ScriptedApi.Status(401, "Unauthorized")(default);
            },
            ScriptedApi.Json(Object));
        using ClusterClient client = api.Client(_time, TokenSource.OfFile(file, _time));
        Assert.NotNull(await _time.RunAsync(() => client.GetAsync(ConfigMaps, Key, Cancellation), Cancellation));
        Assert.Equal(["old", "new"], api.Tokens);
    }

    [Fact]
    public async Task Requests_are_counted_by_method_and_code()
    {
        var api = new ScriptedApi(ScriptedApi.Status(503, "Unavailable"), ScriptedApi.Json(Object));
        using ClusterClient client = api.Client(_time);
        await _time.RunAsync(() => client.GetAsync(ConfigMaps, Key, Cancellation), Cancellation);
        Assert.Equal((2L, 1L, 1L), (client.Counts.Total, client.Counts.Snapshot()[("GET", 503)], client.Counts.Snapshot()[("GET", 200)]));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("short", "short")]
    [InlineData("ääääää", "äää…")]
    public void A_note_is_cut_at_a_whole_letter(string note, string cut)
    {
        Assert.Equal(cut, EventPublisher.Cut(note, 10));
        Assert.InRange(Encoding.UTF8.GetByteCount(cut), 0, 10);
    }

    [Fact]
    public async Task What_is_applied_names_its_object_and_is_not_changed()
    {
        var fields = new JsonObject { ["data"] = new JsonObject { ["x"] = "y" } };
        string before = fields.ToJsonString();
        await Ask(new ScriptedApi(ScriptedApi.Json(Object)), client => client.ApplyAsync(ConfigMaps, Key, fields, ApplyOptions.Default, Cancellation));
        Assert.Equal(before, fields.ToJsonString());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Page(string version, string? next, params string[] names) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = version, ["continue"] = next },
        ["items"] = new JsonArray([.. names.Select(name => (JsonNode)new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } })]),
    }.ToJsonString();

    private async Task<T> Ask<T>(ScriptedApi api, Func<ClusterClient, Task<T>> ask)
    {
        using ClusterClient client = api.Client(_time);
        return await _time.RunAsync(() => ask(client), Cancellation);
    }

    private Task<ClusterException> Refused<T>(ScriptedApi api, Func<ClusterClient, Task<T>> ask) =>
        Assert.ThrowsAsync<ClusterException>(() => Ask(api, ask));
}
