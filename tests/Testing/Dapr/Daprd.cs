using System.Diagnostics;
using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Thermocline.Protocol.Components;
using Thermocline.Protocol.Reflection.V1Alpha;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Dapr.State;
using Thermocline.Testing.Grpc;

namespace Thermocline.Testing.Dapr;

/// <summary>
/// Stands in for daprd towards pluggable components: looks for sockets once, asks each what it serves by reflection v1alpha, and opens
/// one connection for each Component instance, with Init and then Features, once.
/// </summary>
public sealed class Daprd : IDisposable
{
    private const string ReflectionPath = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["dapr.proto.components.v1.StateStore"] = "state",
        ["dapr.proto.components.v1.PubSub"] = "pubsub",
        ["dapr.proto.components.v1.InputBinding"] = "bindings",
        ["dapr.proto.components.v1.OutputBinding"] = "bindings",
        ["dapr.proto.components.v1.SecretStore"] = "secretstores",
    };

    private readonly Dictionary<string, string> _sockets = [];
    private readonly List<IDisposable> _opened = [];

    private Daprd(string appId) => AppId = appId;

    /// <summary>The application it serves.</summary>
    public string AppId { get; }

    /// <summary>The component types that were found, for example <c>state.thermocline</c>.</summary>
    public IReadOnlyCollection<string> Types => _sockets.Keys;

    /// <summary>What was skipped, with the reason.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Why nothing was found: one unreachable socket is enough. daprd goes on without pluggable components.</summary>
    public string? DiscoveryFailure { get; private set; }

    /// <summary>Starts, and looks into the folder of sockets, once.</summary>
    public static async Task<Daprd> StartAsync(string socketsFolder, string appId, CancellationToken cancellation)
    {
        var daprd = new Daprd(appId);
        var warnings = new List<string>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(socketsFolder).Order(StringComparer.Ordinal))
                await daprd.DiscoverAsync(path, warnings, cancellation);
        }
        catch (Exception failure) when (failure is CallException or SocketException)
        {
            daprd.DiscoveryFailure = failure.Message;
            daprd._sockets.Clear();
        }

        daprd.Warnings = warnings;
        return daprd;
    }

    /// <summary>Opens a state store: dial, Init, Features.</summary>
    /// <exception cref="DaprdException">Its type was not found, or Init or Features failed or took too long: daprd would stop.</exception>
    public async Task<DaprdStateStore> OpenStateStoreAsync(DaprdComponent component, CancellationToken cancellation)
    {
        DaprdConnection connection = Dial(component);
        var metadata = new MetadataRequest { Properties = { component.Metadata.ToDictionary() } };
        IReadOnlyList<string> features = await InitAsync(connection, DaprdStateStore.Service,
            new InitRequest { Metadata = metadata }, InitResponse.Parser, cancellation);
        return new DaprdStateStore(connection, AppId, features);
    }

    /// <summary>Opens a message broker: dial, Init, Features.</summary>
    /// <exception cref="DaprdException">Its type was not found, or Init or Features failed or took too long: daprd would stop.</exception>
    public async Task<DaprdPubSub> OpenPubSubAsync(DaprdComponent component, CancellationToken cancellation)
    {
        DaprdConnection connection = Dial(component);
        var metadata = new MetadataRequest { Properties = { component.Metadata.ToDictionary() } };
        IReadOnlyList<string> features = await InitAsync(connection, DaprdPubSub.Service,
            new PubSubInitRequest { Metadata = metadata }, PubSubInitResponse.Parser, cancellation);
        return new DaprdPubSub(connection, features);
    }

    public void Dispose() => _opened.ForEach(connection => connection.Dispose());

    private DaprdConnection Dial(DaprdComponent component)
    {
        if (!_sockets.TryGetValue(component.Type, out string? path))
            throw DaprdException.Refused(500, $"couldn't find component {component.Type}/v1");
        var connection = new DaprdConnection(path, component);
        _opened.Add(connection);
        return connection;
    }

    private static async Task<IReadOnlyList<string>> InitAsync<TRequest, TResponse>(
        DaprdConnection connection, string service, TRequest init, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse>
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            await connection.CallAsync($"{service}/Init", init, parser, cancellation);
            FeaturesResponse features =
                await connection.CallAsync($"{service}/Features", new FeaturesRequest(), FeaturesResponse.Parser, cancellation);
            if (Stopwatch.GetElapsedTime(started) > connection.Component.InitTimeout)
                throw DaprdException.Refused(500, $"init timeout for component {connection.Component.Name} exceeded");
            return [.. features.Features];
        }
        catch (CallException failure)
        {
            throw DaprdErrors.OfAny(failure);
        }
    }

    private async Task DiscoverAsync(string path, List<string> warnings, CancellationToken cancellation)
    {
        if (!IsSocket(path))
        {
            warnings.Add($"could not use socket for file {path}: it is not a socket");
            return;
        }

        using var channel = new GrpcChannel(path);
        await using DuplexStream<ServerReflectionRequest, ServerReflectionResponse> stream =
            channel.Duplex<ServerReflectionRequest, ServerReflectionResponse>(
                ReflectionPath, ServerReflectionResponse.Parser, new CallOptions(), cancellation);
        await stream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        ServerReflectionResponse? answer = await stream.ReadAsync();
        foreach (ServiceResponse service in answer?.ListServicesResponse.Service ?? [])
        {
            if (Kinds.TryGetValue(service.Name, out string? kind))
                _sockets[$"{kind}.{Path.GetFileNameWithoutExtension(path)}"] = path;
        }
    }
    // A file can be opened; a socket cannot, only connected to.
    private static bool IsSocket(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
