using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf;
using Thermocline.Grpc.Reflection;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;
using Thermocline.Protocol.Rpc;

namespace Thermocline.Grpc.Tests.Dapr;

/// <summary>A component that keeps its records in a dictionary, and counts what it is asked.</summary>
internal sealed class MapComponent
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ByteString Value, long Version)> _records = [];
    private readonly ConcurrentQueue<PullMessagesResponse> _messages = new();
    private long _version;

    /// <summary>Every call: method and instance.</summary>
    public ConcurrentQueue<(string Method, string? Instance)> Calls { get; } = new();

    /// <summary>Acknowledgements: the id, and the error or null.</summary>
    public ConcurrentQueue<(string Id, string? Error)> Acknowledged { get; } = new();

    /// <summary>Thrown by the next calls that write.</summary>
    public ConcurrentQueue<RpcException> Failures { get; } = new();

    /// <summary>What it says it can.</summary>
    public string[] Features { get; set; } = ["ETAG", "TRANSACTIONAL"];

    public int Count(string method) => Calls.Count(call => call.Method.EndsWith("/" + method, StringComparison.Ordinal));

    public IReadOnlyList<ServiceDefinition> Services()
    {
        ServiceDefinition state = ServiceDefinition.For(StateReflection.Descriptor.Services.Single(service => service.Name == "StateStore"))
            .AddUnary("Init", InitRequest.Parser, Saw<InitRequest, InitResponse>(_ => new InitResponse()))
            .AddUnary("Features", FeaturesRequest.Parser, Saw<FeaturesRequest, FeaturesResponse>(_ => new FeaturesResponse { Features = { Features } }))
            .AddUnary("Ping", PingRequest.Parser, Saw<PingRequest, PingResponse>(_ => new PingResponse()))
            .AddUnary("Get", GetRequest.Parser, Saw<GetRequest, GetResponse>(Get))
            .AddUnary("Set", SetRequest.Parser, Saw<SetRequest, SetResponse>(request => Write([request], new SetResponse())))
            .AddUnary("BulkSet", BulkSetRequest.Parser, Saw<BulkSetRequest, BulkSetResponse>(request => Write(request.Items, new BulkSetResponse())))
            .Build();
        ServiceDefinition transactions = ServiceDefinition
            .For(StateReflection.Descriptor.Services.Single(service => service.Name == "TransactionalStateStore"))
            .AddUnary("Transact", TransactionalStateRequest.Parser, Saw<TransactionalStateRequest, TransactionalStateResponse>(request =>
                Write([.. request.Operations.Where(operation => operation.Set is not null).Select(operation => operation.Set)],
                    new TransactionalStateResponse())))
            .Build();
        ServiceDefinition pubsub = ServiceDefinition.For(PubsubReflection.Descriptor.Services[0])
            .AddUnary("Init", PubSubInitRequest.Parser, Saw<PubSubInitRequest, PubSubInitResponse>(_ => new PubSubInitResponse()))
            .AddUnary("Features", FeaturesRequest.Parser, Saw<FeaturesRequest, FeaturesResponse>(_ => new FeaturesResponse()))
            .AddUnary("Publish", PublishRequest.Parser, Saw<PublishRequest, PublishResponse>(Publish))
            .AddDuplex<PullMessagesRequest, PullMessagesResponse>("PullMessages", PullMessagesRequest.Parser, PullAsync)
            .Build();
        return ServerReflection.With([state, transactions, pubsub]);
    }

    /// <summary>A server for it at a path.</summary>
    public Task<GrpcServer> StartAsync(string path) => GrpcServer.StartAtAsync(path, Services());

    private UnaryServerMethod<TRequest, TResponse> Saw<TRequest, TResponse>(Func<TRequest, TResponse> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => (request, context) =>
    {
        Calls.Enqueue((context.Method, context.RequestHeaders.GetValue("x-component-instance")));
        return Task.FromResult(answer(request));
    };

    private GetResponse Get(GetRequest request)
    {
        lock (_gate)
        {
            return _records.TryGetValue(request.Key, out (ByteString Value, long Version) record)
                ? new GetResponse { Data = record.Value, Etag = new Etag { Value = record.Version.ToString(CultureInfo.InvariantCulture) } }
                : new GetResponse();
        }
    }

    private TResponse Write<TResponse>(IReadOnlyList<SetRequest> items, TResponse done)
    {
        lock (_gate)
        {
            if (Failures.TryDequeue(out RpcException? failure))
                throw failure;
            foreach (SetRequest item in items)
                Check(item);
            foreach (SetRequest item in items)
                _records[item.Key] = (item.Value, ++_version);
            return done;
        }
    }

    private void Check(SetRequest item)
    {
        if (item.Etag is not { Value: { Length: > 0 } etag })
            return;
        bool isNumber = long.TryParse(etag, CultureInfo.InvariantCulture, out long version);
        if (isNumber && _records.TryGetValue(item.Key, out (ByteString Value, long Version) record) && record.Version == version)
            return;
        throw new RpcException(isNumber ? StatusCode.FailedPrecondition : StatusCode.InvalidArgument, "etag", new BadRequest
        {
            FieldViolations = { new BadRequest.Types.FieldViolation { Field = "etag", Description = $"of {item.Key}" } },
        });
    }

    private PublishResponse Publish(PublishRequest request)
    {
        _messages.Enqueue(new PullMessagesResponse { Id = $"{_messages.Count}", TopicName = request.Topic, Data = request.Data });
        return new PublishResponse();
    }

    private async Task PullAsync(
        IAsyncStreamReader<PullMessagesRequest> requests, IServerStreamWriter<PullMessagesResponse> responses, ServerCallContext context)
    {
        await requests.MoveNext(context.CancellationToken);
        Calls.Enqueue((context.Method, context.RequestHeaders.GetValue("x-component-instance")));
        foreach (PullMessagesResponse message in _messages.Where(message => message.TopicName == requests.Current.Topic.Name))
            await responses.WriteAsync(message);
        while (await requests.MoveNext(context.CancellationToken))
            Acknowledged.Enqueue((requests.Current.AckMessageId, requests.Current.AckError?.Message));
    }
}
