using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Tests.Cluster.Fakes;

/// <summary>A server that gives prepared answers in order, the last of them for ever, and remembers what it was asked.</summary>
internal sealed class ScriptedApi(params Func<CancellationToken, Task<HttpResponseMessage>>[] answers) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<string> _asked = [];
    private readonly List<string?> _tokens = [];

    /// <summary>Method, path and query of every request.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_gate)
                return [.. _asked];
        }
    }

    public IReadOnlyList<string?> Tokens
    {
        get
        {
            lock (_gate)
                return [.. _tokens];
        }
    }

    public static Func<CancellationToken, Task<HttpResponseMessage>> Json(string body, int code = 200, int? retryAfterSeconds = null) =>
        _ =>
        {
            var answer = new HttpResponseMessage((HttpStatusCode)code)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            if (retryAfterSeconds is { } seconds)
                answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
            return Task.FromResult(answer);
        };

    public static Func<CancellationToken, Task<HttpResponseMessage>> Status(int code, string reason, int? retryAfterSeconds = null) =>
        Json($$"""{"kind":"Status","status":"Failure","code":{{code}},"reason":"{{reason}}","message":"{{reason}} it is"}""",
            code, retryAfterSeconds);

    public static Func<CancellationToken, Task<HttpResponseMessage>> Broken(HttpRequestError error) =>
        _ => throw new HttpRequestException(error, "The wire broke.");

    /// <summary>Text and then the end of the stream, silence, or a cut connection.</summary>
    public static Func<CancellationToken, Task<HttpResponseMessage>> Stream(string text, StreamEnd end = StreamEnd.Clean) =>
        _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StreamContent(new EndingStream(Encoding.UTF8.GetBytes(text), end)),
        });

    public ClusterClient Client(TimeProvider time, TokenSource? token = null, ClientOptions? options = null) => new(
        new ClusterConnection(new Uri("https://cluster.test")) { Token = token },
        this,
        time,
        options ?? new ClientOptions { Randomizer = static () => 0.5 });

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int turn;
        lock (_gate)
        {
            turn = Math.Min(_asked.Count, answers.Length - 1);
            _asked.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
            _tokens.Add(request.Headers.Authorization?.Parameter);
        }

        return answers[turn](cancellationToken);
    }
}
