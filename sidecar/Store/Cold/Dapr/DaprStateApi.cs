using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>
/// The state API of Dapr's sidecar over HTTP. A record's value is one JSON string in Base64, which every state store keeps as it is.
/// Sends every request once.
/// </summary>
internal sealed class DaprStateApi : IDisposable
{
    /// <summary>Longest request: a part in Base64 and its surroundings.</summary>
    public const int BodyBytesMax = 384 << 10;

    private const int AnswerBytesMax = 4 << 20;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _client;
    private readonly DaprToken _token;
    private readonly string _path;

    public DaprStateApi(DaprColdOptions options, TimeProvider time)
    {
        _path = $"v1.0/state/{Uri.EscapeDataString(options.StateStore)}";
        _token = new DaprToken(options.ApiTokenFile, time);
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = options.ConnectionsMax,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        _client = new HttpClient(handler) { BaseAddress = new Uri(options.Endpoint.AbsoluteUri.TrimEnd('/') + "/") };
    }

    /// <summary>A record; null when there is none.</summary>
    /// <exception cref="StoreException">Dapr cannot be reached, or refuses.</exception>
    public async Task<DaprFound?> GetAsync(string tried, string key, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_path}/{key}?consistency=strong");
        Answer answer = await SendAsync(tried, request, cancellation);
        return answer.Status switch
        {
            HttpStatusCode.NoContent => null,
            HttpStatusCode.OK => Found(tried, ValueOf(tried, answer.Body), answer.Etag),
            _ => throw answer.Failure,
        };
    }

    /// <summary>Records, in the order of their keys; null for those that are not there.</summary>
    /// <exception cref="StoreException">Dapr cannot be reached, or refuses.</exception>
    public async Task<IReadOnlyList<DaprFound?>> GetManyAsync(string tried, string[] wanted, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Plain))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (string key in wanted)
                json.WriteStringValue(key);
            json.WriteEndArray();
            json.WriteNumber("parallelism", 8);
            json.WriteEndObject();
        }

        using HttpRequestMessage request = Post($"{_path}/bulk", body);
        Answer answer = await SendAsync(tried, request, cancellation);
        return answer.Status == HttpStatusCode.OK ? Sort(tried, wanted, answer.Body) : throw answer.Failure;
    }

    /// <summary>Writes a record once a condition on its etag holds; false when it does not.</summary>
    /// <exception cref="StoreException">It may or may not have been written.</exception>
    public async Task<bool> SaveAsync(
        string tried, string key, ReadOnlyMemory<byte> record, ColdCondition condition, CancellationToken cancellation)
    {
        var body = new ArrayBufferWriter<byte>((record.Length / 3 * 4) + 1024);
        using (var json = new Utf8JsonWriter(body, Plain))
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteBase64String("value", record.Span);
            if (condition.Version is { } etag)
                json.WriteString("etag", etag);
            json.WriteStartObject("options");
            json.WriteString("concurrency", condition.IsNone ? "last-write" : "first-write");
            json.WriteString("consistency", "strong");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        using HttpRequestMessage request = Post(_path, body);
        return Done(await SendAsync(tried, request, cancellation), !condition.IsNone);
    }

    /// <summary>Deletes a record, in one version only when an etag is given; false when it has another. Absent is done.</summary>
    /// <exception cref="StoreException">It may or may not have been deleted.</exception>
    public async Task<bool> DeleteAsync(string tried, string key, string? etag, CancellationToken cancellation)
    {
        string concurrency = etag is null ? "last-write" : "first-write";
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"{_path}/{key}?consistency=strong&concurrency={concurrency}");
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        return Done(await SendAsync(tried, request, cancellation), etag is not null);
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage Post(string path, ArrayBufferWriter<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
    }

    private static bool Done(Answer answer, bool isConditional) => answer.Status switch
    {
        HttpStatusCode.NoContent or HttpStatusCode.OK or HttpStatusCode.Created => true,
        HttpStatusCode.Conflict when isConditional => false,
        _ => throw answer.Failure,
    };

    private static DaprFound Found(string tried, byte[] bytes, string? etag) => string.IsNullOrEmpty(etag)
        ? throw ColdFailure.Refused(tried, "the state store gives no etags; the cold store needs them.")
        : new DaprFound(bytes, etag);

    private static byte[] ValueOf(string tried, byte[] body) => Parsed(tried, body, static value => value.GetBytesFromBase64());

    private static DaprFound?[] Sort(string tried, string[] wanted, byte[] body)
    {
        Dictionary<string, DaprFound?> found = Parsed(tried, body, root =>
        {
            var items = new Dictionary<string, DaprFound?>();
            foreach (JsonElement item in root.EnumerateArray())
                items[item.GetProperty("key").GetString() ?? ""] = Item(tried, item);
            return items;
        });
        return
        [
            .. wanted.Select(key => found.TryGetValue(key, out DaprFound? item)
                ? item
                : throw ColdFailure.Unavailable(tried, "an answer to several keys lacks one.")),
        ];
    }

    private static DaprFound? Item(string tried, JsonElement item)
    {
        if (item.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String && error.GetString()!.Length > 0)
            throw ColdFailure.Unavailable(tried, "one of several records could not be read.");
        bool there = item.TryGetProperty("data", out JsonElement value) && value.ValueKind != JsonValueKind.Null;
        string? etag = item.TryGetProperty("etag", out JsonElement tag) ? tag.GetString() : null;
        return there ? Found(tried, value.GetBytesFromBase64(), etag) : null;
    }

    private static T Parsed<T>(string tried, byte[] body, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw ColdFailure.Unavailable(tried, "the answer makes no sense or was cut.");
        }
    }

    private async Task<Answer> SendAsync(string tried, HttpRequestMessage request, CancellationToken cancellation)
    {
        string? token = _token.Read();
        if (token is not null)
            request.Headers.TryAddWithoutValidation(DaprToken.Header, token);
        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            byte[] body = await ReadAsync(tried, answer.Content, cancellation);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                _token.Doubt();

            // Dapr's etags are bare words, which the typed header refuses.
            string? etag = answer.Headers.NonValidated.TryGetValues("ETag", out HeaderStringValues tags) ? tags.ToString() : null;
            return new Answer(tried, answer.StatusCode, body, etag, token);
        }
        catch (Exception failure) when (Known(tried, failure, cancellation) is { } known)
        {
            throw known;
        }
    }

    private static StoreException? Known(string tried, Exception failure, CancellationToken cancellation) =>
        failure is OperationCanceledException && cancellation.IsCancellationRequested ? null : DaprFailure.Of(tried, failure);

    private static async Task<byte[]> ReadAsync(string tried, HttpContent content, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await using Stream stream = await content.ReadAsStreamAsync(cancellation);
        byte[] piece = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            while (await stream.ReadAsync(piece, cancellation) is > 0 and int read)
            {
                if (body.Length + read > AnswerBytesMax)
                    throw ColdFailure.Unavailable(tried, $"the answer is longer than {AnswerBytesMax:N0} bytes.");
                body.Write(piece, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return body.ToArray();
    }

    private readonly record struct Answer(string Tried, HttpStatusCode Status, byte[] Body, string? Etag, string? Token)
    {
        public StoreException Failure => DaprFailure.Of(Tried, Status, Body, Token);

        public override string ToString() => $"{Status}";
    }
}
