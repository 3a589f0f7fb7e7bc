using System.Text.Json;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Watching;

/// <summary>One stream of changes, from its beginning to its end.</summary>
internal sealed class WatchStream<T> : IDisposable
    where T : class
{
    private readonly HttpResponseMessage _answer;
    private readonly Stream _stream;
    private readonly LineReader _lines;
    private readonly Resource<T> _resource;
    private readonly string _request;

    private WatchStream(HttpResponseMessage answer, Stream stream, Resource<T> resource, int lineBytesMax)
    {
        _answer = answer;
        _stream = stream;
        _resource = resource;
        _request = $"WATCH {resource.Type.Collection(null)}";
        _lines = new LineReader(stream, _request, lineBytesMax);
    }

    /// <summary>Takes an answer over, and disposes it in the end.</summary>
    public static async Task<WatchStream<T>> OfAsync(
        HttpResponseMessage answer, Resource<T> resource, int lineBytesMax, CancellationToken cancellation)
    {
        Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
        return new WatchStream<T>(answer, stream, resource, lineBytesMax);
    }

    /// <summary>The next line; null when the server ended the stream.</summary>
    /// <exception cref="ClusterException">The stream broke, is not one, or the server says what is wrong in it.</exception>
    public async ValueTask<WatchLine<T>?> ReadAsync(CancellationToken cancellation) =>
        await _lines.ReadAsync(cancellation) is { } line ? Parse(line) : null;

    public void Dispose()
    {
        _stream.Dispose();
        _answer.Dispose();
    }

    private WatchLine<T> Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement found = document.RootElement.GetProperty("object");
            return document.RootElement.GetProperty("type").GetString() switch
            {
                "ADDED" or "MODIFIED" => Of(WatchLineKind.Present, found),
                "DELETED" => Of(WatchLineKind.Deleted, found),
                "BOOKMARK" => new WatchLine<T>(WatchLineKind.Bookmark, VersionOf(found), null),
                "ERROR" => throw StatusAnswer.Of(_request, 0, found),
                string other => throw Unreadable($"it has a line of the type '{other[..Math.Min(other.Length, 32)]}'"),
                null => throw Unreadable("it has a line without a type"),
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Unreadable($"a line is not what a watch sends: {failure.Message}", failure);
        }
    }

    private static string VersionOf(JsonElement found) =>
        found.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? throw new JsonException("No version.");

    private WatchLine<T> Of(WatchLineKind kind, JsonElement found)
    {
        T read = found.Deserialize(_resource.Json) ?? throw new JsonException("The object is null.");
        return new WatchLine<T>(kind, VersionOf(found), read);
    }

    private ClusterException Unreadable(string why, Exception? inner = null) => new(ClusterFault.Unreadable, _request, why, inner);
}
