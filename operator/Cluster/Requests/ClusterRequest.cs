using System.Net.Http.Headers;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>One request, which can be sent several times.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Address">Path and query.</param>
internal sealed record ClusterRequest(HttpMethod Method, string Address)
{
    public const string Json = "application/json";

    public byte[]? Body { get; init; }

    public string BodyType { get; init; } = Json;

    public string Accept { get; init; } = Json;

    /// <summary>Whether repeating it leaves the same state.</summary>
    public bool IsRepeatable { get; init; } = Method != HttpMethod.Post;

    /// <summary>Whether "too many requests" is an answer to the caller rather than a reason to ask again.</summary>
    public bool IsRefusalAnAnswer { get; init; }

    /// <summary>How it is named in messages: without the query, which may be long.</summary>
    public string Name => $"{Method} {Address.Split('?')[0]}";

    public HttpRequestMessage ToMessage(Uri server, string? token)
    {
        var message = new HttpRequestMessage(Method, server.AbsoluteUri.TrimEnd('/') + Address)
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", Accept);
        if (token is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(BodyType);
        }

        return message;
    }
}
