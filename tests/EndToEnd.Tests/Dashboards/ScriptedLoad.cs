using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dashboards;

/// <summary>
/// What clients of the watched sidecar do, in rounds: write and overwrite, read what is new, what is old and what is not there,
/// save memories and search them. The same rounds each time: texts come from a seed, keys from a counter.
/// </summary>
internal sealed class ScriptedLoad(HttpClient client)
{
    private const int RecordsARound = 200;
    private const int ReadsARound = 20;

    // Every tenth write replaces what was written a while ago; the others are new, so that what is old stays alive and sinks.
    private const int Replaces = 10;
    private const int While = 500;

    // What is old is read here and there, so that one fetched chunk does not answer for all.
    private const int Stride = 7;
    private const int WordsARecord = 400;
    private const int Seed = 5;

    private static readonly string[] Words =
        [.. "the warm layer keeps what was used and lets sink what nobody asks for until a reader comes back with another question about "
            .Split(' ', StringSplitOptions.RemoveEmptyEntries), .. Enumerable.Range(0, 200).Select(number => $"word{number}")];

    private readonly Random _chance = new(Seed);
    private int _written;
    private int _read;

    public async Task RoundAsync(CancellationToken cancellation)
    {
        await WriteAsync(cancellation);
        await ReadAsync(cancellation);
        await SearchAsync(cancellation);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        JsonArray operations = [];
        for (int i = 0; i < RecordsARound; i++)
            operations.Add(new JsonObject { ["op"] = "put", ["key"] = KeyToWrite(_written + i), ["text"] = Text() });
        using HttpResponseMessage batch = await client.PostAsJsonAsync(
            Address("/v1/kv/notes:batch"), new JsonObject { ["operations"] = operations }, cancellation);
        if (await IsTakenAsync(batch, cancellation))
            _written += RecordsARound;
        using var value = new StringContent(Text());
        using HttpResponseMessage put = await client.PutAsync(Address("/v1/kv/notes/last"), value, cancellation);
        await IsTakenAsync(put, cancellation);
        using HttpResponseMessage deleted = await client.DeleteAsync(Address("/v1/kv/notes/last"), cancellation);
        Assert.True(deleted.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotFound, $"a delete: {deleted.StatusCode}");
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        for (int i = 0; i < ReadsARound; i++)
        {
            await GetAsync(Key(_written - 1 - i), cancellation);
            await GetAsync(Key(_read++ * Stride % _written), cancellation);
        }
        await GetAsync("absent", cancellation);
    }

    // A memory makes earlier results untrue; the second search is answered from the cache.
    private async Task SearchAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage saved = await client.PostAsJsonAsync(
            Address("/v1/memories"), new JsonObject { ["text"] = Text(), ["type"] = "note" }, cancellation);
        await IsTakenAsync(saved, cancellation);
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage found = await client.PostAsJsonAsync(
                Address("/v1/memories:search"), new JsonObject { ["query"] = "warm layer", ["mode"] = "keyword", ["k"] = 3 }, cancellation);
            if (found.StatusCode != HttpStatusCode.OK)
                Assert.Fail($"a search: {found.StatusCode} {await found.Content.ReadAsStringAsync(cancellation)}");
        }
    }

    private async Task GetAsync(string key, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await client.GetAsync(Address($"/v1/kv/notes/{key}"), cancellation);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"a read of {key}: {answer.StatusCode}");
    }

    // Refusing for want of memory is an answer; anything else is a failure of the run.
    private static async Task<bool> IsTakenAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.TooManyRequests)
            Assert.Fail($"a write: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
        return answer.IsSuccessStatusCode;
    }

    private static string Key(int number) => $"k{Math.Max(number, 0)}";

    private static string KeyToWrite(int number) => Key(number % Replaces == 0 ? number - While : number);

    private static Uri Address(string path) => new(path, UriKind.Relative);

    private string Text()
    {
        StringBuilder text = new();
        for (int i = 0; i < WordsARecord; i++)
            text.Append(Words[_chance.Next(Words.Length)]).Append(' ');
        return text.ToString();
    }
}
