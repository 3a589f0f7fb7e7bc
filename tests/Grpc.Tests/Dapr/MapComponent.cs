using System.Collections.Concurrent;
using Google.Protobuf;
using Thermocline.Grpc.Reflection;
using Thermocline.Grpc.Tests.Fixture;
using Thermocline.Protocol.Components;

namespace Thermocline.Grpc.Tests.Dapr;

/// <summary>A component that keeps its records in a dictionary, and counts what it is asked.</summary>
internal sealed class MapComponent
{
    private readonly MapRecords _records = new(TimeProvider.System);
    private readonly ConcurrentQueue<PullMessagesResponse> _messages = new();

    /// <summary>Every call: method and instance.</summary>
    public ConcurrentQueue<(string Method, string? Instance)> Calls { get; } = new();

    /// <summary>Acknowledgements: the id, and the error or null.</summary>
    public ConcurrentQueue<(string Id, string? Error)> Acknowledged { get; } = new();

    /// <summary>Thrown by the next calls that write.</summary>
    public ConcurrentQueue<RpcException> Failures { get; } = new();

    /// <summary>What it says it can.</summary>
    public string[] Features { get; set; } = ["ETAG", "TRANSACTIONAL", "TTL"];

    public int Count(string method) => Calls.Count(call => call.Method.EndsWith("/" + method, StringComparison.Ordinal));

    public IReadOnlyList<ServiceDefinition> Services()
    {
        ServiceDefinition state = ServiceDefinition.For(StateReflection.Descriptor.Services.Single(service => service.Name == "StateStore"))
            .AddUnary("Init", InitRequest.Parser, Saw<InitRequest, InitResponse>(_ => new InitResponse()))
            .AddUnary("Features", FeaturesRequest.Parser, Saw<FeaturesRequest, FeaturesResponse>(_ => new FeaturesResponse { Features = { Features } }))
            .AddUnary("Ping", PingRequest.Parser, Saw<PingRequest, PingResponse>(_ => new PingResponse()))
            .AddUnary("Get", GetRequest.Parser, Saw<GetRequest, GetResponse>(Get))
            .AddUnary("BulkGet", BulkGetRequest.Parser, Saw<BulkGetRequest, BulkGetResponse>(request =>
                new BulkGetResponse { Items = { request.Items.Select(item => _records.Get(item.Key)) } }))
            .AddUnary("Set", SetRequest.Parser, Saw<SetRequest, SetResponse>(request => Write([request], new SetResponse())))
            .AddUnary("BulkSet", BulkSetRequest.Parser, Saw<BulkSetRequest, BulkSetResponse>(request => Write(request.Items, new BulkSetResponse())))
            .AddUnary("Delete", DeleteRequest.Parser, Saw<DeleteRequest, DeleteResponse>(request => Write([request], new DeleteResponse())))
            .AddUnary("BulkDelete", BulkDeleteRequest.Parser,
                Saw<BulkDeleteRequest, BulkDeleteResponse>(request => Write(request.Items, new BulkDeleteResponse())))
            .Build();
        ServiceDefinition transactions = ServiceDefinition
            .For(StateReflection.Descriptor.Services.Single(service => service.Name == "TransactionalStateStore"))
            .AddUnary("Transact", TransactionalStateRequest.Parser, Saw<TransactionalStateRequest, TransactionalStateResponse>(request =>
                Write(request.Operations.Select(operation => (IMessage?)operation.Set ?? operation.Delete), new TransactionalStateResponse())))
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
        BulkStateItem item = _records.Get(request.Key);
        return new GetResponse { Data = item.Data, Etag = item.Etag, ContentType = item.ContentType, Metadata = { item.Metadata } };
    }

    private TResponse Write<TResponse>(IEnumerable<IMessage> operations, TResponse done)
    {
        if (Failures.TryDequeue(out RpcException? failure))
            throw failure;
        _records.Apply(operations);
        return done;
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
