using Thermocline.Grpc;
using Thermocline.Protocol.Components;

namespace Thermocline.Sidecar.Dapr.PubSub;

/// <summary>The service of the broker, method by method. Pause and Resume are left out, as the protocol allows.</summary>
internal static class BrokerServices
{
    public static IReadOnlyList<ServiceDefinition> Of(BrokerComponent broker, ComponentCalls calls) =>
    [
        ServiceDefinition.For(PubsubReflection.Descriptor.Services.Single())
            .AddUnary("Init", PubSubInitRequest.Parser, calls.Unary<PubSubInitRequest, PubSubInitResponse>(
                (name, request, _) => broker.InitAsync(name, request)))
            .AddUnary("Features", FeaturesRequest.Parser, calls.Unary<FeaturesRequest, FeaturesResponse>(
                static (_, _, _) => new(new FeaturesResponse { Features = { BrokerComponent.Features } })))
            .AddUnary("Ping", PingRequest.Parser, calls.Unary<PingRequest, PingResponse>(static (_, _, _) => new(new PingResponse())))
            .AddUnary("Publish", PublishRequest.Parser, calls.Unary<PublishRequest, PublishResponse>(broker.PublishAsync))
            .AddUnary("BulkPublish", BulkPublishRequest.Parser, calls.Unary<BulkPublishRequest, BulkPublishResponse>(broker.BulkPublishAsync))
            .AddDuplex("PullMessages", PullMessagesRequest.Parser, calls.Duplex<PullMessagesRequest, PullMessagesResponse>(broker.PullAsync))
            .Build(),
    ];
}
