using Google.Protobuf;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

/// <summary>Calls a component's socket in the name of a Component.</summary>
internal sealed class ComponentClient(string socket, string component) : IDisposable
{
    private readonly GrpcChannel _channel = new(socket);

    private readonly CallOptions _options = new() { Metadata = new Dictionary<string, string> { ["x-component-instance"] = component } };

    public Task<TResponse> CallAsync<TRequest, TResponse>(string service, string method, TRequest request, MessageParser<TResponse> parser)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        _channel.UnaryAsync($"/dapr.proto.components.v1.{service}/{method}", request, parser, _options, TestContext.Current.CancellationToken);

    public void Dispose() => _channel.Dispose();
}
