using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Store;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

public sealed class ExportEndpointTests
{
    private static CancellationToken Abort => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_for_the_token()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage answer = await sidecar.AdminClient.GetAsync(new Uri("/v1/export", UriKind.Relative), Abort);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("jsonl", "application/x-ndjson")]
    [InlineData("v1", "application/octet-stream")]
    [InlineData("csv", "text/csv")]
    public async Task Each_format_says_what_it_is_and_of_which_moment(string format, string media)
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        await sidecar.PutAsync("/v1/kv/a/k", "value"u8.ToArray());
        using HttpResponseMessage answer = await ExportAsync(sidecar, $"format={format}");
        Assert.Equal(media, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("1", answer.Headers.GetValues("Thermocline-Export-Sequence").Single());
        Assert.Contains("value", await answer.Content.ReadAsStringAsync(Abort), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_and_after_choose_the_records()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        foreach (string key in new[] { "a/one", "a/other", "b/one" })
            await sidecar.PutAsync($"/v1/kv/{key}", "x"u8.ToArray());
        await sidecar.PostJsonAsync("/v1/memories", """[{"text":"m","type":"note"},{"text":"m"}]""");
        Assert.Equal(["one", "other", "one"], (await KeysAsync(sidecar, ""))[..3]);
        Assert.Equal(5, (await KeysAsync(sidecar, "")).Count);
        Assert.Equal(["other"], await KeysAsync(sidecar, "collection=a&prefix=ot"));
        Assert.Single(await KeysAsync(sidecar, "type=note"));
        string after = Uri.EscapeDataString(Convert.ToBase64String(Keys.Compose("a", "one")));
        Assert.Equal(["other"], await KeysAsync(sidecar, $"collection=a&after={after}"));
    }

    [Theory]
    [InlineData("format=xml", "format")]
    [InlineData("prefix=a", "prefix")]
    [InlineData("type=a&collection=b", "type")]
    [InlineData("after=%3F", "after")]
    [InlineData("damaged=maybe", "damaged")]
    [InlineData("colection=a", "colection")]
    public async Task What_is_wrong_with_the_query_is_named(string query, string name)
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage answer = await ExportAsync(sidecar, query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        JsonElement problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Abort)).RootElement;
        Assert.Equal(name, problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_its_place_and_one_piece_and_a_third_one_is_told_to_wait()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        byte[] value = Encoding.ASCII.GetBytes(new string('x', 1 << 20));
        for (int i = 0; i < 48; i++)
            await sidecar.PutAsync($"/v1/kv/a/{i:d2}", value);
        using HttpResponseMessage first = await ExportAsync(sidecar, "", HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage second = await ExportAsync(sidecar, "", HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage third = await ExportAsync(sidecar, "");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        await sidecar.PutAsync("/v1/kv/a/zz", "later"u8.ToArray());
        string all = await first.Content.ReadAsStringAsync(Abort);
        Assert.Equal(48, all.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("later", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_record_cuts_the_answer_unless_it_may_be_left_out()
    {
        using var folder = new TempFolder();
        await using (RunningSidecar before = await RunningSidecar.StartAsync(folder: folder.Path))
        {
            foreach (string key in new[] { "one", "two", "three" })
                await before.PutAsync($"/v1/kv/a/{key}", Encoding.ASCII.GetBytes($"value of {key}"));
        }

        string segment = Directory.EnumerateFiles(folder.Path, "*.seg", SearchOption.AllDirectories).Single();
        byte[] bytes = await File.ReadAllBytesAsync(segment, Abort);
        bytes[bytes.AsSpan().IndexOf("value of two"u8)] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, Abort);
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(folder: folder.Path);
        await Assert.ThrowsAsync<HttpRequestException>(() => KeysAsync(sidecar, ""));
        Assert.Equal(["one", "three"], await KeysAsync(sidecar, "damaged=skip"));
        Assert.Contains("cut at a damaged record", sidecar.Log.Text, StringComparison.Ordinal);
    }

    private static async Task<List<string>> KeysAsync(RunningSidecar sidecar, string query)
    {
        using HttpResponseMessage answer = await ExportAsync(sidecar, query);
        string text = await answer.Content.ReadAsStringAsync(Abort);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!)];
    }

    private static Task<HttpResponseMessage> ExportAsync(
        RunningSidecar sidecar, string query, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/export?{query}", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sidecar.Token);
        return sidecar.AdminClient.SendAsync(request, completion, Abort);
    }
}
