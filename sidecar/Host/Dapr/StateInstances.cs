using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Thermocline.Grpc;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr;

/// <summary>
/// The Components that were initialised, kept in the store: daprd initialises each once in its own life, and after a restart of
/// ours goes on as if nothing had been. A Component nobody initialised has the settings of an empty one.
/// </summary>
internal sealed class StateInstances(TieredStore store)
{
    /// <summary>Components at once; each keeps a few hundred bytes.</summary>
    public const int Max = 256;

    private const string Collection = "_dapr";
    private const byte Version = 1;
    private const int RecordBytes = 1 + sizeof(long);

    private readonly ConcurrentDictionary<string, StateInstance> _known = new(StringComparer.Ordinal);

    /// <summary>Names of the Components that were used since the start.</summary>
    public IReadOnlyList<string> Names => [.. _known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The Component of a name.</summary>
    /// <exception cref="RpcException">There are too many, or the name is none.</exception>
    public StateInstance Of(string name) => _known.TryGetValue(name, out StateInstance? known) ? known : Load(name);

    /// <summary>Takes a Component's settings; again with the same ones changes nothing.</summary>
    /// <exception cref="RpcException">A setting is wrong, or there are too many Components.</exception>
    public async ValueTask InitialiseAsync(string name, IDictionary<string, string> properties)
    {
        long ttlSeconds = TimeToLive.Read(properties) ?? 0;
        StateInstance known = Of(name);
        if (known.TtlSeconds == ttlSeconds)
            return;
        byte[] record = new byte[RecordBytes];
        record[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(1), ttlSeconds);
        WriteAnswer answer = await store.WriteAsync(new WriteOperation { Key = KeyOf(known), Value = record });
        if (StoreProblems.Of(answer, batch: false) is { } problem)
            throw DaprFaults.Of(problem);
        _known[name] = known with { TtlSeconds = ttlSeconds };
    }

    private StateInstance Load(string name)
    {
        if (_known.Count >= Max)
            throw DaprFaults.Of(StoreProblems.Busy($"At most {Max} Components are served."));
        var loaded = new StateInstance(name, ComponentName.CollectionOf(name), 0);
        return _known.GetOrAdd(name, loaded with { TtlSeconds = ReadTtl(store, KeyOf(loaded)) });
    }

    // Apart, for the sake of the compiler: see docs/decisions/0010.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long ReadTtl(TieredStore store, byte[] key)
    {
        using ReadLease lease = store.Read(key);
        return lease.Found && lease.Value.Length == RecordBytes && lease.Value[0] == Version
            ? BinaryPrimitives.ReadInt64LittleEndian(lease.Value[1..])
            : 0;
    }

    // Named after the collection of its records, which is safe for any name.
    private static byte[] KeyOf(StateInstance instance) =>
        Keys.Compose(Collection, System.Text.Encoding.ASCII.GetString(instance.Collection));
}
