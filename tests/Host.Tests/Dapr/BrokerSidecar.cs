using Thermocline.Host.Tests.Fixture;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>A sidecar, and a daprd that found it.</summary>
internal sealed class BrokerSidecar : IAsyncDisposable
{
    private readonly TempFolder _sockets;
    private readonly RunningSidecar _sidecar;

    private BrokerSidecar(TempFolder sockets, RunningSidecar sidecar, Daprd daprd)
    {
        _sockets = sockets;
        _sidecar = sidecar;
        Daprd = daprd;
    }

    public Daprd Daprd { get; }

    public RunningSidecar Sidecar => _sidecar;

    public string Socket => _sockets.Combine("thermocline.sock");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<BrokerSidecar> StartAsync(string? folder = null, string yaml = "", string daprYaml = "")
    {
        var sockets = new TempFolder();
        RunningSidecar sidecar = await RunningSidecar.StartAsync($"dapr: {{socketFolder: {sockets.Path}{daprYaml}}}\n{yaml}", folder);
        return new BrokerSidecar(sockets, sidecar, await Daprd.StartAsync(sockets.Path, "planner", Cancellation));
    }

    public Task<DaprdPubSub> OpenAsync(string name = "events", params (string Name, string Value)[] metadata) => Daprd.OpenPubSubAsync(
        new DaprdComponent(name, "pubsub.thermocline") { Metadata = metadata.ToDictionary(static each => each.Name, static each => each.Value) },
        Cancellation);

    public async ValueTask DisposeAsync()
    {
        Daprd.Dispose();
        await _sidecar.DisposeAsync();
        _sockets.Dispose();
    }
}
