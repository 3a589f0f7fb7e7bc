using Google.Protobuf;
using Thermocline.Grpc;
using Thermocline.Testing.Grpc;

namespace Thermocline.Testing.Dapr;

/// <summary>
/// The connection of one component instance. Dialled once; a socket that is made anew is connected to by the next call, with no new
/// Init. Meanwhile calls end with UNAVAILABLE.
/// </summary>
internal sealed class DaprdConnection(string socketPath, DaprdComponent component) : IDisposable
{
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(5);

    private readonly GrpcChannel _channel = new(socketPath);
    private readonly CallOptions _options = new()
    {
        Metadata = new Dictionary<string, string> { ["x-component-instance"] = component.Name },
    };

    public string SocketPath => socketPath;

    public DaprdComponent Component => component;

    /// <summary>A call as it is, tried once.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string path, TRequest request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        _channel.UnaryAsync(path, request, parser, _options, cancellation);

    /// <summary>A call with a deadline, tried once.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string path, TRequest request, MessageParser<TResponse> parser, TimeSpan limit, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        _channel.UnaryAsync(path, request, parser, _options with { Timeout = limit }, cancellation);

    /// <summary>A call under the component's policy; its failure as the application gets it.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string path, TRequest request, MessageParser<TResponse> parser, Func<CallException, DaprdException> map, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse>
    {
        for (int left = component.Resiliency.Retries; ; left--)
        {
            try
            {
                return await CallAsync(path, request, parser, cancellation);
            }
            catch (CallException failure)
            {
                cancellation.ThrowIfCancellationRequested();
                if (left == 0)
                    throw map(failure);
            }

            await Task.Delay(component.Resiliency.Pause, cancellation);
        }
    }

    /// <summary>A call that waits for its connection, however long that takes, and takes any answer for an answer.</summary>
    /// <exception cref="DaprdException">The answer is a failure.</exception>
    public async Task CallWhenReadyAsync<TRequest, TResponse>(
        string path, TRequest request, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse>
    {
        while (true)
        {
            try
            {
                await CallAsync(path, request, parser, cancellation);
                return;
            }
            catch (CallException failure) when (failure.Code == StatusCode.Unavailable && failure.HttpStatus == 0)
            {
                await Task.Delay(Knock, cancellation);
            }
            catch (CallException failure)
            {
                cancellation.ThrowIfCancellationRequested();
                throw DaprdErrors.OfAny(failure);
            }
        }
    }

    public DuplexStream<TRequest, TResponse> Stream<TRequest, TResponse>(
        string path, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        _channel.Duplex<TRequest, TResponse>(path, parser, _options, cancellation);

    public void Dispose() => _channel.Dispose();
}
