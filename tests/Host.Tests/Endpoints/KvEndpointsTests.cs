using System.Net;
using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Endpoints;
using Thermocline.Sidecar.Http;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class KvEndpointsTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private RunningSidecar _sidecar = null!;

    public async ValueTask InitializeAsync() => _sidecar = await RunningSidecar.StartAsync(time: _time);

    public async ValueTask DisposeAsync() => await _sidecar.DisposeAsync();

    [Fact]
    public async Task A_value_comes_back_with_its_type_tag_and_tier()
    {
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/k", [0, 1, 255], ("Content-Type", "image/x; a=b"));
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal("committed", put.Header("Thermocline-Durability"));

        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/k");
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
        Assert.Equal([0, 1, 255], await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("image/x; a=b", get.Header("Content-Type"));
        Assert.Equal(put.Header("ETag"), get.Header("ETag"));
        Assert.Equal("hot", get.Header("Thermocline-Tier"));
        Assert.StartsWith("store;dur=", get.Header("Server-Timing"), StringComparison.Ordinal);

        using HttpResponseMessage head = await _sidecar.SendAsync(HttpMethod.Head, "/v1/kv/c/k", null);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("3", head.Header("Content-Length"));
        Assert.Equal(put.Header("ETag"), head.Header("ETag"));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_deleted_key_is_gone()
    {
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/k", [1]);
        using HttpResponseMessage delete = await _sidecar.SendAsync(HttpMethod.Delete, "/v1/kv/c/k", null);
        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/k");
        await get.AssertProblemAsync(404, ProblemCode.KeyAbsent);
        using HttpResponseMessage again = await _sidecar.SendAsync(HttpMethod.Delete, "/v1/kv/c/k", null);
        await again.AssertProblemAsync(404, ProblemCode.KeyAbsent);
    }

    [Fact]
    public async Task Values_reach_from_no_byte_to_the_ceiling()
    {
        byte[] largest = new byte[KvWrites.ValueBytesMax];
        new Random(7).NextBytes(largest);
        foreach (byte[] value in (byte[][])[[], [5], new byte[100_000], largest])
        {
            using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/k", value);
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
            using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/k");
            byte[] read = await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.True(value.AsSpan().SequenceEqual(read));
            Assert.Equal("application/octet-stream", get.Header("Content-Type"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_byte_more_than_the_ceiling_is_refused(bool chunked)
    {
        byte[] value = new byte[KvWrites.ValueBytesMax + 1];
        using HttpContent content = chunked ? new StreamContent(new UnstatedLength(value)) : new ByteArrayContent(value);
        using HttpResponseMessage put = await _sidecar.SendAsync(HttpMethod.Put, "/v1/kv/c/big", content);
        await put.AssertProblemAsync(413, ProblemCode.BodyTooLarge);
        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/big");
        await get.AssertProblemAsync(404, ProblemCode.KeyAbsent);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 << 10)]
    [InlineData((16 << 10) + 1)]
    [InlineData(1_000_000)]
    public async Task A_body_of_unstated_length_is_stored_whole(int length)
    {
        byte[] value = new byte[length];
        new Random(length).NextBytes(value);
        using StreamContent content = new(new UnstatedLength(value));
        using HttpResponseMessage put = await _sidecar.SendAsync(HttpMethod.Put, "/v1/kv/c/k", content);
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal(value, await _sidecar.Client.GetByteArrayAsync(new Uri("/v1/kv/c/k", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd")]
    [InlineData("%2e%2e/x", "../x")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%20b", "%61%20%62")]
    [InlineData("%E2%98%83", "%e2%98%83")]
    [InlineData(":batch", "%3Abatch")]
    [InlineData("a?ttlSeconds=60", "a")]
    public async Task Two_spellings_of_one_key_are_one_key(string first, string second)
    {
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/spelling/" + first, [9]);
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/spelling/" + second);
        Assert.Equal([9], await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/v1/kv/c/", ProblemCode.KeyEmpty)]
    [InlineData("/v1/kv/c/%FF", ProblemCode.KeyInvalid)]
    [InlineData("/v1/kv/C/k", ProblemCode.CollectionInvalid)]
    [InlineData("/v1/kv/_memories/k", ProblemCode.CollectionReserved)]
    [InlineData("/v1/kv/c/k?ttlSeconds=0", ProblemCode.ParameterInvalid)]
    [InlineData("/v1/kv/c/k?ttlSeconds=-1", ProblemCode.ParameterInvalid)]
    [InlineData("/v1/kv/c/k?ttlSeconds=1.5", ProblemCode.ParameterInvalid)]
    [InlineData("/v1/kv/c/k?ttlSeconds=315360001", ProblemCode.ParameterInvalid)]
    [InlineData("/v1/kv/c/k?ttlSeconds=1&ttlSeconds=2", ProblemCode.ParameterInvalid)]
    [InlineData("/v1/kv/c/k?ttl=1", ProblemCode.ParameterInvalid)]
    [InlineData("/v1/kv/c/k?ttlSeconds=%zz", ProblemCode.ParameterInvalid)]
    public async Task A_bad_put_is_refused_with_its_code(string path, string code)
    {
        using HttpResponseMessage put = await _sidecar.PutAsync(path, [1]);
        await put.AssertProblemAsync(400, code);
    }

    [Fact]
    public async Task A_key_of_1024_bytes_is_the_longest()
    {
        string key = string.Concat(Enumerable.Repeat("%E2%98%83", 341)) + "k";
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/" + key, [1]);
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        using HttpResponseMessage longer = await _sidecar.PutAsync($"/v1/kv/c/{key}k", [1]);
        await longer.AssertProblemAsync(400, ProblemCode.KeyTooLong);
    }

    [Fact]
    public async Task Conditions_guard_writes()
    {
        using HttpResponseMessage created = await _sidecar.PutAsync("/v1/kv/c/k", [1], ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.NoContent, created.StatusCode);
        string first = created.Header("ETag");
        using HttpResponseMessage twice = await _sidecar.PutAsync("/v1/kv/c/k", [2], ("If-None-Match", "*"));
        await twice.AssertProblemAsync(412, ProblemCode.ConditionFailed);
        using HttpResponseMessage replaced = await _sidecar.PutAsync("/v1/kv/c/k", [3], ("If-Match", $"\"77\", {first}"));
        Assert.Equal(HttpStatusCode.NoContent, replaced.StatusCode);
        using HttpResponseMessage stale = await _sidecar.PutAsync("/v1/kv/c/k", [4], ("If-Match", first));
        await stale.AssertProblemAsync(412, ProblemCode.ConditionFailed);
        using HttpResponseMessage staleDelete = await _sidecar.SendAsync(HttpMethod.Delete, "/v1/kv/c/k", null, ("If-Match", first));
        await staleDelete.AssertProblemAsync(412, ProblemCode.ConditionFailed);
        using HttpResponseMessage absent = await _sidecar.PutAsync("/v1/kv/c/absent", [4], ("If-Match", "*"));
        await absent.AssertProblemAsync(412, ProblemCode.ConditionFailed);
        using HttpResponseMessage delete = await _sidecar.SendAsync(
            HttpMethod.Delete, "/v1/kv/c/k", null, ("If-Match", replaced.Header("ETag")));
        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "\"1\"", "*", ProblemCode.ConditionsConflict)]
    [InlineData("PUT", null, "\"1\"", ProblemCode.ConditionUnsupported)]
    [InlineData("DELETE", null, "*", ProblemCode.ConditionUnsupported)]
    [InlineData("PUT", "W/\"1\"", null, ProblemCode.ConditionInvalid)]
    [InlineData("PUT", "1", null, ProblemCode.ConditionInvalid)]
    [InlineData("GET", "1", null, ProblemCode.ConditionInvalid)]
    public async Task Conditions_that_make_no_sense_are_refused(string method, string? match, string? noneMatch, string code)
    {
        List<(string, string)> headers = [];
        if (match is not null)
            headers.Add(("If-Match", match));
        if (noneMatch is not null)
            headers.Add(("If-None-Match", noneMatch));
        using ByteArrayContent? content = method == "PUT" ? new ByteArrayContent([1]) : null;
        using HttpResponseMessage answer = await _sidecar.SendAsync(new HttpMethod(method), "/v1/kv/c/k", content, [.. headers]);
        await answer.AssertProblemAsync(400, code);
    }

    [Fact]
    public async Task A_reader_who_has_the_value_already_is_told_so()
    {
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/k", [1]);
        string tag = put.Header("ETag");
        using HttpResponseMessage same = await _sidecar.GetAsync("/v1/kv/c/k", ("If-None-Match", "W/" + tag));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal(tag, same.Header("ETag"));
        using HttpResponseMessage other = await _sidecar.GetAsync("/v1/kv/c/k", ("If-None-Match", "\"999\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using HttpResponseMessage changed = await _sidecar.GetAsync("/v1/kv/c/k", ("If-Match", "\"999\""));
        await changed.AssertProblemAsync(412, ProblemCode.ConditionFailed);
    }

    [Fact]
    public async Task A_record_ends_when_its_time_is_over()
    {
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/k?ttlSeconds=60", [1]);
        _time.Advance(TimeSpan.FromSeconds(59));
        using HttpResponseMessage before = await _sidecar.GetAsync("/v1/kv/c/k");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal("2026-02-01T00:00:00.000Z", before.Header("Thermocline-Expires"));
        _time.Advance(TimeSpan.FromSeconds(2));
        using HttpResponseMessage after = await _sidecar.GetAsync("/v1/kv/c/k");
        await after.AssertProblemAsync(404, ProblemCode.KeyAbsent);
    }

    [Fact]
    public async Task A_collection_is_listed_in_order_page_by_page()
    {
        string[] keys = [.. Enumerable.Range(0, 25).Select(each => $"item/{each:00}"), "other", "\u2603"];
        foreach (string key in keys.Reverse())
            using (await _sidecar.PutAsync("/v1/kv/list/" + Uri.EscapeDataString(key), Encoding.UTF8.GetBytes(key)))
            {
            }
        using (await _sidecar.PutAsync("/v1/kv/list2/elsewhere", [1]))
        {
        }
        List<string> found = [];
        string query = "?limit=10";
        while (true)
        {
            JsonElement page = await ListAsync("/v1/kv/list" + query);
            found.AddRange(page.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!));
            if (!page.GetProperty("more").GetBoolean())
                break;
            query = "?limit=10&after=" + Uri.EscapeDataString(page.GetProperty("after").GetString()!);
        }
        Assert.Equal(keys, found);
        JsonElement prefixed = await ListAsync("/v1/kv/list?prefix=item%2F1&limit=3&after=item/11");
        Assert.Equal(["item/12", "item/13", "item/14"], prefixed.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!));
        JsonElement valued = await ListAsync("/v1/kv/list?prefix=o&values=true");
        JsonElement entry = Assert.Single(valued.GetProperty("entries").EnumerateArray());
        Assert.Equal("other"u8.ToArray(), entry.GetProperty("value").GetBytesFromBase64());
        Assert.Empty((await ListAsync("/v1/kv/empty")).GetProperty("keys").EnumerateArray());
    }

    [Fact]
    public async Task A_page_with_values_ends_early_rather_than_growing()
    {
        for (int each = 0; each < 5; each++)
            using (await _sidecar.PutAsync($"/v1/kv/fat/{each}", new byte[2_000_000]))
            {
            }
        JsonElement page = await ListAsync("/v1/kv/fat?values=true");
        Assert.Equal(["0", "1"], page.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!));
        Assert.True(page.GetProperty("more").GetBoolean());
        Assert.Equal("1", page.GetProperty("after").GetString());
    }

    [Fact]
    public async Task Every_wrong_parameter_of_a_listing_is_named_at_once()
    {
        using HttpResponseMessage answer = await _sidecar.GetAsync(
            $"/v1/kv/c?limit=0&values=yes&perfix=a&after={new string('a', 1025)}&prefix=%FF");
        JsonElement problem = await answer.AssertProblemAsync(400, ProblemCode.ParameterInvalid);
        Assert.Equal(["after", "limit", "perfix", "query", "values"],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()!).Order());
    }

    [Fact]
    public async Task A_batch_is_applied_in_order_and_as_a_whole()
    {
        using HttpResponseMessage done = await _sidecar.PostJsonAsync("/v1/kv/c:batch",
            """{"operations":[{"op":"put","key":"a","text":"1"},{"op":"put","key":"a","text":"2"},{"op":"put","key":"b","value":"/w=="},{"op":"delete","key":"never"}]}""");
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal("committed", done.Header("Thermocline-Durability"));
        using HttpResponseMessage a = await _sidecar.GetAsync("/v1/kv/c/a");
        Assert.Equal("2", await a.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("text/plain; charset=utf-8", a.Header("Content-Type"));

        using HttpResponseMessage refused = await _sidecar.PostJsonAsync("/v1/kv/c:batch",
            """{"operations":[{"op":"delete","key":"a"},{"op":"put","key":"b","text":"x","etag":"\"1\""}]}""");
        JsonElement problem = await refused.AssertProblemAsync(412, ProblemCode.ConditionFailed);
        Assert.Equal(1, problem.GetProperty("operation").GetInt32());
        using HttpResponseMessage still = await _sidecar.GetAsync("/v1/kv/c/a");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);

        using HttpResponseMessage nothing = await _sidecar.PostJsonAsync("/v1/kv/c:batch",
            """{"operations":[{"op":"delete","key":"never"}]}""");
        Assert.Equal(HttpStatusCode.OK, nothing.StatusCode);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_read_is_refused()
    {
        using HttpResponseMessage text = await _sidecar.SendAsync(
            HttpMethod.Post, "/v1/kv/c:batch", new StringContent("{}", Encoding.UTF8, "text/plain"));
        await text.AssertProblemAsync(415, ProblemCode.ContentTypeUnsupported);
        using HttpResponseMessage latin = await _sidecar.SendAsync(
            HttpMethod.Post, "/v1/kv/c:batch", new StringContent("{}", Encoding.Latin1, "application/json"));
        await latin.AssertProblemAsync(415, ProblemCode.ContentTypeUnsupported);
        using HttpResponseMessage malformed = await _sidecar.PostJsonAsync("/v1/kv/c:batch", "{\n\"operations\":[,]}");
        JsonElement problem = await malformed.AssertProblemAsync(400, ProblemCode.JsonMalformed);
        Assert.StartsWith("Line 2", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage wrong = await _sidecar.PostJsonAsync("/v1/kv/c:batch", """{"operations":[{}]}""");
        await wrong.AssertProblemAsync(400, ProblemCode.BatchInvalid);
        using HttpResponseMessage large = await _sidecar.PostJsonAsync("/v1/kv/c:batch", new string(' ', KvBatch.BodyBytesMax + 1));
        await large.AssertProblemAsync(413, ProblemCode.BodyTooLarge);
        using HttpResponseMessage reserved = await _sidecar.PostJsonAsync("/v1/kv/_memories:batch", """{"operations":[]}""");
        await reserved.AssertProblemAsync(400, ProblemCode.CollectionReserved);
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", true)]
    [InlineData("image/svg+XML", true)]
    [InlineData("text/plain", false)]
    public async Task A_stored_page_may_not_act_in_a_browser(string contentType, bool sandboxed)
    {
        (await _sidecar.PutAsync("/v1/kv/c/page", [1], ("Content-Type", contentType))).Dispose();
        using HttpResponseMessage get = await _sidecar.GetAsync("/v1/kv/c/page");
        Assert.Equal(sandboxed, get.Headers.Contains("Content-Security-Policy"));
        Assert.Equal("nosniff", get.Header("X-Content-Type-Options"));
    }

    [Fact]
    public async Task A_part_of_a_value_is_refused()
    {
        using HttpResponseMessage put = await _sidecar.PutAsync("/v1/kv/c/k", [1], ("Content-Range", "bytes 0-0/5"));
        await put.AssertProblemAsync(400, ProblemCode.RangeUnsupported);
    }

    [Fact]
    public async Task Many_writers_and_readers_at_once_see_whole_values()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), TestContext.Current.CancellationToken, async (writer, cancellation) =>
        {
            for (int round = 0; round < 40; round++)
            {
                byte[] value = new byte[500 + writer];
                Array.Fill(value, (byte)writer);
                using HttpResponseMessage put = await _sidecar.PutAsync($"/v1/kv/many/{round % 8}", value);
                Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
                byte[] read = await _sidecar.Client.GetByteArrayAsync(new Uri($"/v1/kv/many/{round % 8}", UriKind.Relative), cancellation);
                Assert.Equal(500 + read[0], read.Length);
                Assert.All(read, each => Assert.Equal(read[0], each));
            }
        });
    }

    private async Task<JsonElement> ListAsync(string path)
    {
        using HttpResponseMessage answer = await _sidecar.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    /// <summary>A stream that cannot tell its length, so that the client sends it in chunks.</summary>
    private sealed class UnstatedLength(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
