using System.Net;
using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Endpoints;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class MemoriesEndpointsTests : IAsyncLifetime
{
    private RunningSidecar _sidecar = null!;

    public async ValueTask InitializeAsync() => _sidecar = await RunningSidecar.StartAsync(time: new ManualTime());

    public async ValueTask DisposeAsync() => await _sidecar.DisposeAsync();

    [Fact]
    public async Task The_same_search_is_answered_from_the_cache_until_something_is_written_and_the_status_counts_it()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        await sidecar.PostJsonAsync("/v1/memories", """{"text":"deep water"}""");
        List<string> cached = [];
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await sidecar.PostJsonAsync("/v1/memories:search", """{"query":"water"}""");
            cached.Add(answer.Headers.GetValues("Thermocline-Cache").Single());
            Assert.Contains("deep water", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            if (i == 1)
                await sidecar.PutAsync("/v1/kv/a/b", [1]);
        }

        Assert.Equal(["miss", "hit", "miss"], cached);
        JsonElement search = (await sidecar.StatusAsync()).GetProperty("caches").GetProperty("caches").GetProperty("search");
        Assert.Equal((1, 2, 1), (search.GetProperty("hits").GetInt32(), search.GetProperty("misses").GetInt32(), search.GetProperty("entries").GetInt32()));
        string metrics = await sidecar.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("thermocline_cache_hits_total{cache=\"search\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("thermocline_cache_misses_total{cache=\"search\"} 2", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_memory_is_read_and_deleted_under_its_location()
    {
        using HttpResponseMessage post = await _sidecar.PostJsonAsync("/v1/memories",
            """{"text":"Grüße","type":"note","session":"s","context":"c","files":["f"],"metadata":{"a":[1]},"significance":{"knowledge_value":0.5},"private":false}""");
        Assert.Equal(HttpStatusCode.Created, post.StatusCode);
        Assert.Equal("committed", post.Header("Thermocline-Durability"));
        string location = post.Header("Location");
        Assert.Equal($"/v1/memories/{(await JsonAsync(post)).GetProperty("id").GetString()}", location);

        using HttpResponseMessage get = await _sidecar.GetAsync(location);
        JsonElement memory = await JsonAsync(get);
        Assert.Equal("Grüße", memory.GetProperty("text").GetString());
        Assert.Equal(("note", "s", "c"), (memory.GetProperty("type").GetString(), memory.GetProperty("session").GetString(), memory.GetProperty("context").GetString()));
        Assert.Equal("""{"a":[1]}""", memory.GetProperty("metadata").GetRawText());
        Assert.Equal(0.5, memory.GetProperty("significance").GetProperty("knowledge_value").GetDouble());
        Assert.False(memory.GetProperty("private").GetBoolean());
        Assert.Matches("^\"[0-9]+\"$", get.Header("ETag"));
        Assert.Contains(get.Header("Thermocline-Tier"), (string[])["hot", "warm"]);

        using HttpResponseMessage delete = await _sidecar.SendAsync(HttpMethod.Delete, location, null);
        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        Assert.Equal("committed", delete.Header("Thermocline-Durability"));
        using HttpResponseMessage gone = await _sidecar.GetAsync(location);
        await gone.AssertProblemAsync(404, ProblemCode.MemoryAbsent);
        using HttpResponseMessage again = await _sidecar.SendAsync(HttpMethod.Delete, location, null);
        await again.AssertProblemAsync(404, ProblemCode.MemoryAbsent);
    }

    [Fact]
    public async Task An_array_is_saved_whole_or_not_at_all()
    {
        using HttpResponseMessage good = await _sidecar.PostJsonAsync("/v1/memories", """[{"text":"one"},{"contentBase64":"AAEC"}]""");
        Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        Assert.Equal(2, (await JsonAsync(good)).GetArrayLength());

        using HttpResponseMessage bad = await _sidecar.PostJsonAsync("/v1/memories", """[{"text":"apple"},{"text":""},{"type":7}]""");
        JsonElement problem = await bad.AssertProblemAsync(400, ProblemCode.MemoryInvalid);
        Assert.Equal(["[1].text", "[2].type", "[2].text"], Paths(problem));
        Assert.Equal(0, (await SearchAsync("""{"query":"apple"}""")).GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Mistakes_of_form_and_of_content_are_named_together()
    {
        using HttpResponseMessage answer = await _sidecar.PostJsonAsync("/v1/memories",
            """{"txt":1,"text":5,"files":["a",2],"significance":{"odd":1,"knowledge_value":2},"createdAt":"soon","id":"x","private":true}""");
        JsonElement problem = await answer.AssertProblemAsync(400, ProblemCode.PrivateUnavailable);
        Assert.Equal(
            ["createdAt", "files[1]", "id", "private", "significance.knowledge_value", "significance.odd", "text", "txt"],
            Paths(problem).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{\"text\":\"a\"", ProblemCode.JsonMalformed)]
    [InlineData("{\"text\":\"a\"} x", ProblemCode.JsonMalformed)]
    [InlineData("{\"text\":\"a\",\"text\":\"b\"}", ProblemCode.JsonMalformed)]
    [InlineData("{\"\\ud800\":1}", ProblemCode.JsonMalformed)]
    [InlineData("{\"text\":\"\\ud800\"}", ProblemCode.MemoryInvalid)]
    [InlineData("{\"text\":\"a\",\"metadata\":{\"x\":\"\\udc00\"}}", ProblemCode.MemoryInvalid)]
    [InlineData("{\"text\":\"a\",\"contentBase64\":\"AA==\"}", ProblemCode.MemoryInvalid)]
    [InlineData("{\"contentBase64\":\"*\"}", ProblemCode.MemoryInvalid)]
    [InlineData("5", ProblemCode.MemoryInvalid)]
    [InlineData("[]", ProblemCode.MemoryInvalid)]
    [InlineData("", ProblemCode.JsonMalformed)]
    public async Task What_is_no_memory_is_refused(string body, string code)
    {
        using HttpResponseMessage answer = await _sidecar.PostJsonAsync("/v1/memories", body);
        await answer.AssertProblemAsync(400, code);
    }

    [Fact]
    public async Task Bodies_that_are_not_JSON_in_UTF8_are_refused()
    {
        using HttpResponseMessage plain = await _sidecar.SendAsync(HttpMethod.Post, "/v1/memories", new StringContent("{}", Encoding.UTF8, "text/plain"));
        await plain.AssertProblemAsync(415, ProblemCode.ContentTypeUnsupported);
        using ByteArrayContent broken = new([.. "{\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        broken.Headers.ContentType = new("application/json");
        using HttpResponseMessage bytes = await _sidecar.SendAsync(HttpMethod.Post, "/v1/memories", broken);
        await bytes.AssertProblemAsync(400, ProblemCode.JsonMalformed);
    }

    [Fact]
    public async Task Content_reaches_to_the_ceiling_and_not_beyond()
    {
        string largest = new('x', Parts.ContentBytesMax);
        using HttpResponseMessage fits = await _sidecar.PostJsonAsync("/v1/memories", $$"""{"text":"{{largest}}"}""");
        Assert.Equal(HttpStatusCode.Created, fits.StatusCode);
        using HttpResponseMessage read = await _sidecar.GetAsync(fits.Header("Location"));
        Assert.Equal(largest.Length, (await JsonAsync(read)).GetProperty("text").GetString()!.Length);
        using HttpResponseMessage above = await _sidecar.PostJsonAsync("/v1/memories", $$"""{"text":"{{largest}}x"}""");
        await above.AssertProblemAsync(400, ProblemCode.MemoryInvalid);
        using HttpResponseMessage body = await _sidecar.PostJsonAsync("/v1/memories", new string(' ', MemoriesBody.BytesMax + 1));
        await body.AssertProblemAsync(413, ProblemCode.BodyTooLarge);
    }

    [Fact]
    public async Task A_taken_identifier_is_refused_or_kept_as_the_caller_says()
    {
        const string Body = """[{"id":"00000000000000000000000001","text":"first"},{"id":"00000000000000000000000002","text":"second"}]""";
        using HttpResponseMessage created = await _sidecar.PostJsonAsync("/v1/memories?existing=keep", """{"id":"00000000000000000000000002","text":"old"}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using HttpResponseMessage refused = await _sidecar.PostJsonAsync("/v1/memories", Body);
        JsonElement problem = await refused.AssertProblemAsync(409, ProblemCode.MemoryExists);
        Assert.Equal(1, problem.GetProperty("operation").GetInt32());
        using HttpResponseMessage kept = await _sidecar.PostJsonAsync("/v1/memories?existing=keep", Body);
        Assert.Equal([true, false], (await JsonAsync(kept)).EnumerateArray().Select(item => item.GetProperty("created").GetBoolean()));
        using HttpResponseMessage again = await _sidecar.PostJsonAsync("/v1/memories?existing=keep", Body);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        using HttpResponseMessage wrong = await _sidecar.PostJsonAsync("/v1/memories?existing=replace", Body);
        await wrong.AssertProblemAsync(400, ProblemCode.ParameterInvalid);
        using HttpResponseMessage old = await _sidecar.GetAsync("/v1/memories/00000000000000000000000002");
        Assert.Equal("old", (await JsonAsync(old)).GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("/v1/memories/short")]
    [InlineData("/v1/memories/%2e%2e%2fetc%2fpasswd")]
    [InlineData("/v1/memories/0000000000000000000000000U")]
    public async Task An_identifier_that_is_none_is_refused(string path)
    {
        using HttpResponseMessage answer = await _sidecar.GetAsync(path);
        Assert.Equal(["id"], Paths(await answer.AssertProblemAsync(400, ProblemCode.ParameterInvalid)));
    }

    [Theory]
    [InlineData("POST", "/v1/memories?exsiting=keep")]
    [InlineData("POST", "/v1/memories:search?k=3")]
    [InlineData("GET", "/v1/memories/00000000000000000000000001?fields=text")]
    [InlineData("DELETE", "/v1/memories/00000000000000000000000001?force=true")]
    public async Task Parameters_nobody_asked_for_are_refused(string method, string path)
    {
        using HttpResponseMessage answer = await _sidecar.SendAsync(new HttpMethod(method), path, null);
        await answer.AssertProblemAsync(400, ProblemCode.ParameterInvalid);
    }

    [Fact]
    public async Task A_search_answers_ranked_results_with_all_their_fields()
    {
        using HttpResponseMessage saved = await _sidecar.PostJsonAsync("/v1/memories",
            """[{"text":"the web server","session":"a"},{"text":"server of the web","session":"b"},{"text":"other","session":"a"}]""");
        JsonElement answer = await SearchAsync("""{"query":"web server","mode":"keyword","k":5,"context":"any"}""");
        JsonElement[] results = [.. answer.GetProperty("results").EnumerateArray()];
        Assert.Equal([14.0, 4.0], results.Select(result => result.GetProperty("score").GetDouble()));
        Assert.Equal("the web server", results[0].GetProperty("text").GetString());
        Assert.Equal(1.0, answer.GetProperty("confidence").GetDouble());
        Assert.Equal(3, answer.GetProperty("scanned").GetInt64());
        Assert.Equal(3, answer.GetProperty("tiers").EnumerateObject().Sum(tier => tier.Value.GetInt64()));
        Assert.True(answer.GetProperty("latencyMs").GetDouble() >= 0);
        JsonElement filtered = await SearchAsync("""{"query":"web server","filters":{"session":"b"}}""");
        Assert.Equal("server of the web", Assert.Single(filtered.GetProperty("results").EnumerateArray()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Results_are_streamed_one_a_line_on_request()
    {
        using HttpResponseMessage saved = await _sidecar.PostJsonAsync("/v1/memories", """[{"text":"line one\nline"},{"text":"line two"}]""");
        using HttpResponseMessage answer = await _sidecar.SendAsync(HttpMethod.Post, "/v1/memories:search",
            new StringContent("""{"query":"line"}""", Encoding.UTF8, "application/json"), ("Accept", "application/x-ndjson"));
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("1", answer.Header("Thermocline-Confidence"));
        string[] lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Equal(12.0, JsonDocument.Parse(line).RootElement.GetProperty("score").GetDouble()));
    }

    [Theory]
    [InlineData("""{"query":"x","mode":"semantic"}""", ProblemCode.SearchModeUnavailable, "mode")]
    [InlineData("""{"query":"x","mode":"psychic"}""", ProblemCode.SearchInvalid, "mode")]
    [InlineData("""{"query":"x","k":0}""", ProblemCode.SearchInvalid, "k")]
    [InlineData("""{"query":"x","k":1.5}""", ProblemCode.SearchInvalid, "k")]
    [InlineData("""{"query":" . "}""", ProblemCode.SearchInvalid, "query")]
    [InlineData("""{"k":3}""", ProblemCode.SearchInvalid, "query")]
    [InlineData("""{"query":"x","filters":{"from":"2026-02-30"}}""", ProblemCode.SearchInvalid, "filters.from")]
    [InlineData("""{"query":"x","filters":{"who":"me"}}""", ProblemCode.SearchInvalid, "filters.who")]
    [InlineData("""{"query":"x","limit":3}""", ProblemCode.SearchInvalid, "limit")]
    [InlineData("""[]""", ProblemCode.SearchInvalid, "")]
    public async Task A_wrong_search_is_refused_with_its_field(string body, string code, string path)
    {
        using HttpResponseMessage answer = await _sidecar.PostJsonAsync("/v1/memories:search", body);
        Assert.Equal([path], Paths(await answer.AssertProblemAsync(400, code)));
    }

    [Fact]
    public async Task Keys_of_memories_are_out_of_reach_of_key_value_calls()
    {
        using HttpResponseMessage answer = await _sidecar.PutAsync("/v1/kv/_memories/00000000000000000000000001", [1]);
        await answer.AssertProblemAsync(400, ProblemCode.CollectionReserved);
    }

    private async Task<JsonElement> SearchAsync(string body)
    {
        using HttpResponseMessage answer = await _sidecar.PostJsonAsync("/v1/memories:search", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await JsonAsync(answer);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private static List<string> Paths(JsonElement problem) =>
        [.. problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()!)];
}
