using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Thermocline.EndToEnd.Tests.Crash;

/// <summary>
/// A key/value server of a few lines behind an HTTP client, that can be told to break each promise the crash driver
/// checks.
/// </summary>
internal sealed class LyingServer : HttpMessageHandler
{
    private readonly Dictionary<string, (byte[] Value, long ETag)> _records = [];
    private long _sequence;

    /// <summary>Calls until the connection breaks; the call that breaks it is done, and not answered.</summary>
    public int CallsLeft { get; set; } = int.MaxValue;

    public bool IgnoresConditions { get; set; }

    public string Durability { get; set; } = "committed";

    public IEnumerable<string> Keys => _records.Keys;

    public byte[] this[string key]
    {
        get => _records[key].Value;
        set => _records[key] = (value, ++_sequence);
    }

    public void Remove(string key) => _records.Remove(key);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        HttpResponseMessage answer = Answer(request, body);
        return CallsLeft-- > 0 ? answer : throw new HttpRequestException("The connection broke.");
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, byte[] body)
    {
        string path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith(":batch", StringComparison.Ordinal))
        {
            return Batch(body);
        }

        string key = Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
        bool present = _records.TryGetValue(key, out (byte[] Value, long ETag) record);
        if (request.Method == HttpMethod.Get)
        {
            return present ? Tagged(HttpStatusCode.OK, record.ETag, record.Value) : new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        bool lost = (request.Headers.IfNoneMatch.Count > 0 && present)
            || (request.Headers.IfMatch.FirstOrDefault() is { } wanted && (!present || wanted.Tag != $"\"{record.ETag}\""));
        if (lost && !IgnoresConditions)
        {
            return new HttpResponseMessage(HttpStatusCode.PreconditionFailed);
        }

        if (request.Method == HttpMethod.Delete)
        {
            _records.Remove(key);
            return Tagged(HttpStatusCode.NoContent, ++_sequence, []);
        }

        this[key] = body;
        return Tagged(HttpStatusCode.NoContent, _sequence, []);
    }

    private HttpResponseMessage Batch(byte[] body)
    {
        using JsonDocument batch = JsonDocument.Parse(body);
        foreach (JsonElement operation in batch.RootElement.GetProperty("operations").EnumerateArray())
        {
            string key = operation.GetProperty("key").GetString()!;
            if (operation.GetProperty("op").GetString() == "put")
            {
                this[key] = operation.GetProperty("value").GetBytesFromBase64();
            }
            else
            {
                _records.Remove(key);
            }
        }

        return Tagged(HttpStatusCode.OK, ++_sequence, []);
    }

    private HttpResponseMessage Tagged(HttpStatusCode status, long etag, byte[] body)
    {
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
        answer.Headers.ETag = new EntityTagHeaderValue($"\"{etag}\"");
        answer.Headers.Add("Thermocline-Durability", Durability);
        return answer;
    }
}
