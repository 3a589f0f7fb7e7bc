using System.Collections.Concurrent;
using Thermocline.Grpc;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>The Components of brokers.</summary>
internal sealed class BrokerInstances(TieredStore store)
{
    /// <summary>Components at once.</summary>
    public const int Max = 64;

    private readonly KeptSettings _kept = new(store, "pubsub", BrokerSettings.Names);
    private readonly ConcurrentDictionary<string, BrokerSettings> _known = new(StringComparer.Ordinal);

    /// <summary>The settings of a Component.</summary>
    /// <exception cref="RpcException">There are too many, or the name is none.</exception>
    public BrokerSettings Of(string name)
    {
        if (_known.TryGetValue(name, out BrokerSettings? known))
            return known;
        if (_known.Count >= Max)
            throw DaprFaults.Of(StoreProblems.Busy($"At most {Max} Components of brokers are served."));
        return _known.GetOrAdd(name, BrokerSettings.Read(_kept.Read(ComponentName.CollectionOf(name))));
    }

    /// <summary>Takes a Component's settings; they hold for streams that begin from now on.</summary>
    /// <exception cref="RpcException">A setting is wrong, or there are too many Components.</exception>
    public async ValueTask InitialiseAsync(string name, IDictionary<string, string> properties)
    {
        var settings = BrokerSettings.Read(properties);
        _ = Of(name);
        await _kept.WriteAsync(ComponentName.CollectionOf(name), properties);
        _known[name] = settings;
    }
}
