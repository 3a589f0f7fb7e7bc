using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Thermocline.Testing.Crash;

/// <summary>The few calls of the data API that the crash driver makes, over connections it shares among its writers.</summary>
internal sealed class KvClient(Uri address, string collection, HttpMessageHandler handler) : IDisposable
{
    private const int PageKeys = 500;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = new(handler) { BaseAddress = address, Timeout = AnswerLimit };

    /// <summary>A client over the network.</summary>
    public static KvClient Connect(Uri address, string collection) =>
        new(address, collection, new SocketsHttpHandler { UseProxy = false });

    public async Task<KvAnswer> PutAsync(string key, byte[] value, string? ifMatch, bool ifAbsent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, PathOf(key)) { Content = new ByteArrayContent(value) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (ifAbsent)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        }

        return await SendAsync(request);
    }

    public async Task<KvAnswer> DeleteAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, PathOf(key));
        return await SendAsync(request);
    }

    public async Task<KvAnswer> GetAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf(key));
        return await SendAsync(request);
    }

    /// <summary>A batch of puts (with a value) and deletions (with null).</summary>
    public async Task<KvAnswer> BatchAsync(IEnumerable<(string Key, byte[]? Value)> operations)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("operations");
            foreach ((string key, byte[]? value) in operations)
            {
                writer.WriteStartObject();
                writer.WriteString("op", value is null ? "delete" : "put");
                writer.WriteString("key", key);
                if (value is not null)
                {
                    writer.WriteBase64String("value", value);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/kv/{collection}:batch");
        request.Content = new ByteArrayContent(json.ToArray());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await SendAsync(request);
    }

    /// <summary>Every key of the collection, page by page.</summary>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        List<string> keys = [];
        string after = "";
        for (bool more = true; more;)
        {
            using HttpResponseMessage answer = await _client.GetAsync(
                new Uri($"/v1/kv/{collection}?limit={PageKeys}&after={Uri.EscapeDataString(after)}", UriKind.Relative));
            answer.EnsureSuccessStatusCode();
            using JsonDocument page = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
            keys.AddRange(page.RootElement.GetProperty("keys").EnumerateArray().Select(KeyOf));
            more = page.RootElement.TryGetProperty("after", out JsonElement next) && next.ValueKind == JsonValueKind.String;
            after = more ? next.GetString()! : "";
        }

        return keys;
    }

    public void Dispose() => _client.Dispose();

    private static string KeyOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.String ? entry.GetString()! : entry.GetProperty("key").GetString()!;

    private async Task<KvAnswer> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await ReachAsync(request);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        answer.Headers.TryGetValues("Thermocline-Durability", out IEnumerable<string>? durability);
        return new KvAnswer(answer.StatusCode, body, answer.Headers.ETag?.ToString(), durability?.FirstOrDefault());
    }

    /// <summary>
    /// A server killed between the connection and the first look at it makes the client raise the bare socket failure.
    /// </summary>
    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request)
    {
        try
        {
            return await _client.SendAsync(request);
        }
        catch (SocketException failure)
        {
            throw new HttpRequestException(failure.Message, failure);
        }
    }

    private Uri PathOf(string key) => new($"/v1/kv/{collection}/{Uri.EscapeDataString(key)}", UriKind.Relative);
}

/// <summary>What the server answered.</summary>
internal sealed record KvAnswer(HttpStatusCode Status, byte[] Body, string? ETag, string? Durability)
{
    public bool Succeeded => (int)Status is >= 200 and < 300;

    public string Text => $"{(int)Status} {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 300)))}";
}
