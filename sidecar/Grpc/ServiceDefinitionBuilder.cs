using Google.Protobuf;
using Google.Protobuf.Reflection;
using Thermocline.Grpc.Calls;

namespace Thermocline.Grpc;

/// <summary>Collects the handlers of a service.</summary>
public sealed class ServiceDefinitionBuilder
{
    private readonly ServiceDescriptor _descriptor;
    private readonly List<MethodBinding> _methods = [];

    internal ServiceDefinitionBuilder(ServiceDescriptor descriptor) => _descriptor = descriptor;

    /// <summary>Adds a method of one request and one answer.</summary>
    /// <exception cref="ArgumentException">The service has no such method, its messages are others, or it has a handler.</exception>
    public ServiceDefinitionBuilder AddUnary<TRequest, TResponse>(
        string method, MessageParser<TRequest> parser, UnaryServerMethod<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        string path = PathOf(method, streaming: false);
        CheckMessages(method, parser.ParseFrom(ByteString.Empty).Descriptor, new TResponse().Descriptor);
        _methods.Add(new MethodBinding(path, host => new UnaryCall<TRequest, TResponse>(path, parser, handler, host).InvokeAsync));
        return this;
    }

    /// <summary>Adds a method that streams both ways.</summary>
    /// <exception cref="ArgumentException">The service has no such method, its messages are others, or it has a handler.</exception>
    public ServiceDefinitionBuilder AddDuplex<TRequest, TResponse>(
        string method, MessageParser<TRequest> parser, DuplexStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        CheckMessages(method, parser.ParseFrom(ByteString.Empty).Descriptor, new TResponse().Descriptor);
        return AddDuplexUnchecked(method, parser, handler);
    }

    /// <summary>The definition.</summary>
    public ServiceDefinition Build() => new(_descriptor, [.. _methods]);

    /// <summary>Adds a method whose messages have other names than the handler's, and the same bytes.</summary>
    internal ServiceDefinitionBuilder AddDuplexUnchecked<TRequest, TResponse>(
        string method, MessageParser<TRequest> parser, DuplexStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        string path = PathOf(method, streaming: true);
        _methods.Add(new MethodBinding(path, host => new DuplexCall<TRequest, TResponse>(path, parser, handler, host).InvokeAsync));
        return this;
    }

    private string PathOf(string name, bool streaming)
    {
        MethodDescriptor method = _descriptor.FindMethodByName(name)
            ?? throw new ArgumentException($"{_descriptor.FullName} has no method {name}.", nameof(name));
        if (method.IsClientStreaming != streaming || method.IsServerStreaming != streaming)
            throw new ArgumentException($"{method.FullName} does not stream as its handler does.", nameof(name));
        string path = $"/{_descriptor.FullName}/{name}";
        if (_methods.Exists(known => known.Path == path))
            throw new ArgumentException($"{method.FullName} has a handler.", nameof(name));
        return path;
    }

    private void CheckMessages(string name, MessageDescriptor request, MessageDescriptor response)
    {
        MethodDescriptor? method = _descriptor.FindMethodByName(name);
        if (method is not null && (method.InputType.FullName != request.FullName || method.OutputType.FullName != response.FullName))
            throw new ArgumentException($"{method.FullName} takes {method.InputType.FullName} and answers {method.OutputType.FullName}.", nameof(name));
    }
}
