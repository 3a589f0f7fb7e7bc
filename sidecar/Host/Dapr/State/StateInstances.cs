using System.Collections.Concurrent;
using Thermocline.Grpc;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr.State;

/// <summary>The Components of state stores. One that nobody initialised has the settings of an empty one.</summary>
internal sealed class StateInstances(TieredStore store)
{
    /// <summary>Components at once; each keeps a few hundred bytes.</summary>
    public const int Max = 256;

    private readonly KeptSettings _settings = new(store, "state", [TimeToLive.Name]);
    private readonly ConcurrentDictionary<string, StateInstance> _known = new(StringComparer.Ordinal);

    /// <summary>The Component of a name.</summary>
    /// <exception cref="RpcException">There are too many, or the name is none.</exception>
    public StateInstance Of(string name) => _known.TryGetValue(name, out StateInstance? known) ? known : Load(name);

    /// <summary>Takes a Component's settings; again with the same ones changes nothing.</summary>
    /// <exception cref="RpcException">A setting is wrong, or there are too many Components.</exception>
    public async ValueTask InitialiseAsync(string name, IDictionary<string, string> properties)
    {
        long ttlSeconds = TimeToLive.Read(properties) ?? 0;
        StateInstance known = Of(name);
        await _settings.WriteAsync(known.Collection, properties);
        _known[name] = known with { TtlSeconds = ttlSeconds };
    }

    private StateInstance Load(string name)
    {
        if (_known.Count >= Max)
            throw DaprFaults.Of(StoreProblems.Busy($"At most {Max} Components are served."));
        byte[] collection = ComponentName.CollectionOf(name);
        return _known.GetOrAdd(name, new StateInstance(name, collection, TimeToLive.Read(_settings.Read(collection)) ?? 0));
    }
}
