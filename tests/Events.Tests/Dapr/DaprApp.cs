using Thermocline.Events.Dapr;
using Thermocline.Testing.Dapr;

namespace Thermocline.Events.Tests.Dapr;

/// <summary>An app that maps Dapr's routes to our subscriptions, as a host does.</summary>
internal sealed class DaprApp(DaprSubscriptions subscriptions) : IDisposable
{
    private readonly HttpPeer _server = new(async request =>
    {
        string[] line = request.StartLine.Split(' ');
        string? token = request.Field("dapr-api-token");
        DaprReply reply = line is ["GET", "/dapr/subscribe", ..]
            ? subscriptions.Subscribe(token)
            : await subscriptions.DeliverAsync(line[1], token, request.Body, CancellationToken.None);
        return (reply.Status, reply.Body.ToArray());
    });

    public Uri Address => _server.Address;

    public void Dispose() => _server.Dispose();
}
