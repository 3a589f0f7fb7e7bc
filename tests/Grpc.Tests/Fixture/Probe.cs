using Thermocline.Protocol.Components;

namespace Thermocline.Grpc.Tests.Fixture;

/// <summary>Services with one method each, answered as a test likes.</summary>
internal static class Probe
{
    public const string GetPath = "/dapr.proto.components.v1.StateStore/Get";
    public const string PullPath = "/dapr.proto.components.v1.PubSub/PullMessages";

    public static ServiceDefinition Of(UnaryServerMethod<GetRequest, GetResponse> get) =>
        ServiceDefinition.For(StateReflection.Descriptor.Services[0]).AddUnary("Get", GetRequest.Parser, get).Build();

    public static ServiceDefinition Of(DuplexStreamingServerMethod<PullMessagesRequest, PullMessagesResponse> pull) =>
        ServiceDefinition.For(PubsubReflection.Descriptor.Services[0])
            .AddDuplex("PullMessages", PullMessagesRequest.Parser, pull).Build();
}
