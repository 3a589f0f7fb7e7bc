using Google.Protobuf;

namespace Thermocline.Grpc;

/// <summary>
/// Reads and writes messages in any order; the call ends when it returns. Neither stream may be used after that. An
/// <see cref="RpcException"/> ends the call with its status.
/// </summary>
public delegate Task DuplexStreamingServerMethod<TRequest, TResponse>(
    IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>;
