using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr;

/// <summary>
/// Settings of Components, kept in the store: daprd says them once in its own life, and after a restart of ours goes on as if nothing
/// had been. Only settings that are known are kept, so that no secret of somebody else's is.
/// </summary>
/// <param name="store">Where they are kept: docs/FORMAT.md.</param>
/// <param name="kind">The kind of component.</param>
/// <param name="known">Names of the settings that mean something.</param>
internal sealed class KeptSettings(TieredStore store, string kind, IReadOnlyList<string> known)
{
    private const string Collection = "_dapr";

    /// <summary>The settings of a Component; none when it was never initialised.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public MapField<string, string> Read(byte[] component) => Read(store, KeyOf(component)).Properties;

    /// <summary>Keeps what is known of the settings; the same ones again change nothing.</summary>
    /// <exception cref="Grpc.RpcException">They could not be written.</exception>
    public async ValueTask WriteAsync(byte[] component, IDictionary<string, string> properties)
    {
        var wanted = new MetadataRequest();
        foreach (string name in known)
        {
            if (properties.TryGetValue(name, out string? value))
                wanted.Properties[name] = value;
        }

        byte[] key = KeyOf(component);
        if (Read(store, key).Equals(wanted))
            return;
        WriteAnswer answer = await store.WriteAsync(new WriteOperation { Key = key, Value = wanted.ToByteArray() });
        if (StoreProblems.Of(answer, batch: false) is { } problem)
            throw DaprFaults.Of(problem);
    }

    // Apart, for the sake of the compiler: see docs/decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static MetadataRequest Read(TieredStore store, byte[] key)
    {
        using ReadLease lease = store.Read(key);
        return lease.Found ? MetadataRequest.Parser.ParseFrom(lease.Value) : new MetadataRequest();
    }

    // Named after the collection of its records, which is safe for any name.
    private byte[] KeyOf(byte[] component) => Keys.Compose(Collection, $"{kind}/{System.Text.Encoding.ASCII.GetString(component)}");
}
