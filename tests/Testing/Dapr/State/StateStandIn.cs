using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Store.Cold.Dapr;
using Thermocline.Testing.Wire;

namespace Thermocline.Testing.Dapr.State;

/// <summary>
/// Stands in for the state API of Dapr's sidecar: etags, first-write, several keys at once, its limits, its refusals. What it holds
/// outlives a request that was answered and one whose answer was lost.
/// </summary>
internal sealed class StateStandIn : IDisposable
{
    private const string Name = "archive";
    private const int BytesMax = 4 << 20;

    private readonly HttpPeer _server;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Json, long Version)> _records = [];
    private long _version;
    private int _requests;
    private int _bytesMax;

    public StateStandIn() => _server = new HttpPeer(AnswerAsync);

    public Uri Address => _server.Address;

    /// <summary>How its store is reached.</summary>
    public DaprColdOptions Options => new() { StateStore = Name, Endpoint = Address, Prefix = "agents/one" };

    /// <summary>What it wants to hear.</summary>
    public string Token { get; set; } = "";

    /// <summary>Whether conditions are heeded.</summary>
    public bool HonoursEtags { get; init; } = true;

    /// <summary>Whether records have etags.</summary>
    public bool GivesEtags { get; init; } = true;

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The longest of them.</summary>
    public int RequestBytesMax => Volatile.Read(ref _bytesMax);

    /// <summary>Keys of all records, in order.</summary>
    public string[] Keys
    {
        get
        {
            lock (_gate)
                return [.. _records.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What a record holds.</summary>
    public byte[] this[string key]
    {
        get
        {
            lock (_gate)
                return Convert.FromBase64String((string)JsonNode.Parse(_records[key].Json)!);
        }

        set
        {
            lock (_gate)
                _records[key] = ($"\"{Convert.ToBase64String(value)}\"", ++_version);
        }
    }

    public void Dispose() => _server.Dispose();

    private static (int Status, byte[] Body, string Fields) Refusal(int status, string code, string message = "scripted") =>
        (status, Encoding.UTF8.GetBytes($$"""{"errorCode":"{{code}}","message":"{{message}}"}"""), "");

    private async Task<(int Status, byte[] Body, string Fields)> AnswerAsync(WireMessage request)
    {
        await Task.Yield();
        lock (_gate)
        {
            _requests++;
            _bytesMax = Math.Max(_bytesMax, request.Body.Length);
            return Answer(request);
        }
    }

    private (int Status, byte[] Body, string Fields) Answer(WireMessage request)
    {
        string[] words = request.StartLine.Split(' ');
        string[] path = [.. words[1].Split('?')[0].Split('/')[1..].Select(Uri.UnescapeDataString)];
        if (Token.Length > 0 && request.Field("dapr-api-token") != Token)
            return Refusal(401, "ERR_UNAUTHORIZED", "invalid api token " + request.Field("dapr-api-token"));
        if (request.Body.Length > BytesMax)
            return Refusal(413, "ERR_BODY_TOO_LARGE");
        if (path is not ["v1.0", "state", var store, ..])
            return Refusal(404, "ERR_NOT_FOUND");
        if (store != Name)
            return Refusal(400, "ERR_STATE_STORE_NOT_FOUND");
        return (words[0], path[3..]) switch
        {
            ("GET", [var key]) => Get(key),
            ("DELETE", [var key]) => Delete(key, request.Field("If-Match")),
            ("POST", ["bulk"]) => Bulk(JsonNode.Parse(request.Body)!["keys"]!.AsArray()),
            ("POST", []) => Save(JsonNode.Parse(request.Body)!.AsArray()[0]!.AsObject()),
            _ => Refusal(404, "ERR_NOT_FOUND"),
        };
    }

    private (int Status, byte[] Body, string Fields) Get(string key)
    {
        if (!_records.TryGetValue(key, out (string Json, long Version) record))
            return (204, [], "");
        return (200, Encoding.UTF8.GetBytes(record.Json), GivesEtags ? $"ETag: {record.Version}\r\n" : "");
    }

    private (int Status, byte[] Body, string Fields) Delete(string key, string? etag)
    {
        if (HonoursEtags && etag is not null && !Matches(key, etag))
            return Refusal(409, "ERR_STATE_DELETE");
        _records.Remove(key);
        return (204, [], "");
    }

    private (int Status, byte[] Body, string Fields) Save(JsonObject item)
    {
        string key = (string)item["key"]!;
        if (key.Contains("||", StringComparison.Ordinal))
            return Refusal(400, "ERR_MALFORMED_REQUEST");
        string? etag = (string?)item["etag"];
        bool first = (string?)item["options"]?["concurrency"] == "first-write";
        if (HonoursEtags && (etag is not null ? !Matches(key, etag) : first && _records.ContainsKey(key)))
            return Refusal(409, "ERR_STATE_SAVE");
        _records[key] = (item["value"]!.ToJsonString(), ++_version);
        return (204, [], "");
    }

    private (int Status, byte[] Body, string Fields) Bulk(JsonArray keys)
    {
        var items = new JsonArray();
        foreach (string key in keys.Select(static each => (string)each!))
        {
            var item = new JsonObject { ["key"] = key };
            if (_records.TryGetValue(key, out (string Json, long Version) record))
            {
                item["data"] = JsonNode.Parse(record.Json);
                if (GivesEtags)
                    item["etag"] = record.Version.ToString(CultureInfo.InvariantCulture);
            }

            items.Add(item);
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes<JsonNode>(items);
        return body.Length > BytesMax ? Refusal(500, "ERR_STATE_BULK_GET") : (200, body, "");
    }

    private bool Matches(string key, string etag) =>
        _records.TryGetValue(key, out (string Json, long Version) record)
        && record.Version.ToString(CultureInfo.InvariantCulture) == etag;
}
