using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Tests.Cluster.Fakes;

/// <summary>A server that keeps one lease and refuses changes to an old version of it. Each client has a line to it that can be cut.</summary>
internal sealed class LeaseApi
{
    private readonly Lock _gate = new();
    private JsonObject? _lease;
    private int _version = 100;

    public int Renewals { get; private set; }

    public JsonObject? Lease
    {
        get
        {
            lock (_gate)
                return (JsonObject?)_lease?.DeepClone();
        }

        set
        {
            lock (_gate)
            {
                _lease = value;
                Stamp();
            }
        }
    }

    public ClusterClient Client(TimeProvider time, LeaseLine line) => new(
        new ClusterConnection(new Uri("https://cluster.test")), new Handler(this, line), time,
        new ClientOptions { RetriesMax = 0, Randomizer = static () => 0.5 });

    private static HttpResponseMessage Status(HttpStatusCode code, string reason) => Json(
        code, new JsonObject { ["kind"] = "Status", ["code"] = (int)code, ["reason"] = reason, ["message"] = reason });

    private static HttpResponseMessage Json(HttpStatusCode code, JsonObject body) =>
        new(code) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private HttpResponseMessage Answer(HttpMethod method, JsonObject? body)
    {
        lock (_gate)
        {
            if (method == HttpMethod.Post)
            {
                if (_lease is not null)
                    return Status(HttpStatusCode.Conflict, "AlreadyExists");
                _lease = body;
                Stamp();
            }
            else if (_lease is null)
            {
                return Status(HttpStatusCode.NotFound, "NotFound");
            }
            else if (method == HttpMethod.Patch)
            {
                if ((string?)body!["metadata"]!["resourceVersion"] != (string?)_lease["metadata"]!["resourceVersion"])
                    return Status(HttpStatusCode.Conflict, "Conflict");
                foreach ((string name, JsonNode? value) in (JsonObject)body["spec"]!)
                    _lease["spec"]![name] = value?.DeepClone();
                Stamp();
                Renewals++;
            }

            return Json(HttpStatusCode.OK, _lease!);
        }
    }

    private void Stamp()
    {
        if (_lease is not null)
            _lease["metadata"]!["resourceVersion"] = $"{++_version}";
    }

    private sealed class Handler(LeaseApi api, LeaseLine line) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            JsonObject? body = request.Content is { } content
                ? (JsonObject)JsonNode.Parse(await content.ReadAsStringAsync(cancellationToken))!
                : null;
            if (line.IsCut)
                throw new HttpRequestException(HttpRequestError.ConnectionError, "The line is cut.");
            if (line.IsSilent)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            HttpResponseMessage answer = api.Answer(request.Method, body);
            return line.LosesAnswers && request.Method == HttpMethod.Patch
                ? throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer was lost.")
                : answer;
        }
    }
}
