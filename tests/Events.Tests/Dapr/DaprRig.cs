using Thermocline.Events.Dapr;
using Thermocline.Events.Embedded;
using Thermocline.Store;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;

namespace Thermocline.Events.Tests.Dapr;

/// <summary>A bus on Dapr's stand-in with a durable engine for what is delivered, and the app that takes it.</summary>
internal sealed class DaprRig : IAsyncDisposable
{
    public const string PubSub = "bus";

    private readonly TempFolder _folder;
    private readonly TieredStore _store;
    private readonly DaprApp _app;

    private DaprRig(TempFolder folder, TieredStore store, EmbeddedBus local, DaprBus bus)
    {
        _folder = folder;
        _store = store;
        Local = local;
        Bus = bus;
        _app = new DaprApp(bus.Deliveries);
    }

    public DaprBus Bus { get; }

    public EmbeddedBus Local { get; }

    public Uri App => _app.Address;

    public string ApiTokenFile => _folder.Combine("api");

    public string AppTokenFile => _folder.Combine("app");

    public static async Task<DaprRig> OpenAsync(
        DaprStandIn dapr, int retries = 2, IReadOnlyList<string>? topics = null, EmbeddedBusOptions? limits = null)
    {
        var folder = new TempFolder();
        TieredStore store = Embedded.Events.Store();
        EmbeddedBus local = await Embedded.Events.OpenAsync(store, limits);
        File.WriteAllText(folder.Combine("api"), dapr.ApiToken + "\n");
        File.WriteAllText(folder.Combine("app"), dapr.AppToken + "\n");
        var options = new DaprOptions
        {
            Endpoint = dapr.Address,
            PubSub = PubSub,
            Topics = topics ?? ["t", "t/1"],
            ApiTokenFile = dapr.ApiToken.Length == 0 ? "" : folder.Combine("api"),
            AppTokenFile = dapr.AppToken.Length == 0 ? "" : folder.Combine("app"),
            RetriesMax = retries,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        return new DaprRig(folder, store, local, new DaprBus(options, local, TimeProvider.System, new Random(5).NextDouble));
    }

    public async ValueTask DisposeAsync()
    {
        _app.Dispose();
        await Bus.DisposeAsync();
        await Local.DisposeAsync();
        _store.Dispose();
        _folder.Dispose();
    }
}
