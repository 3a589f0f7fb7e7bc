using Google.Protobuf;

namespace Thermocline.Grpc;

/// <summary>Answers one request with one message. An <see cref="RpcException"/> ends the call with its status.</summary>
public delegate Task<TResponse> UnaryServerMethod<in TRequest, TResponse>(TRequest request, ServerCallContext context)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>;
