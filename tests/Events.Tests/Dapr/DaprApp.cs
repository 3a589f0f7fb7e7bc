using Thermocline.Events.Dapr;
using Thermocline.Testing.Dapr;

namespace Thermocline.Events.Tests.Dapr;

/// <summary>An app that maps Dapr's routes to what takes its deliveries, as a host does.</summary>
internal sealed class DaprApp(DaprDeliveries deliveries) : IDisposable
{
    private readonly HttpPeer _server = new(async request =>
    {
        string[] line = request.StartLine.Split(' ');
        string? token = request.Field("dapr-api-token");
        DaprReply reply = line is ["GET", "/dapr/subscribe", ..]
            ? deliveries.Subscribe(token, 32 << 20)
            : await deliveries.DeliverAsync(
                Uri.UnescapeDataString(line[1][DaprDeliveries.RoutePrefix.Length..]), token, request.Body, CancellationToken.None);
        return (reply.Status, reply.Body.ToArray());
    });

    public Uri Address => _server.Address;

    public void Dispose() => _server.Dispose();
}
