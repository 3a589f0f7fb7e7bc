using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using Thermocline.Grpc;

namespace Thermocline.Testing.Grpc;

/// <summary>
/// A gRPC client over HTTP/2 without encryption on a unix socket. Shares no code with the server but its enumeration of statuses.
/// A connection that breaks is made anew by the next call.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly HttpMessageInvoker _http;

    /// <param name="socketPath">The socket.</param>
    /// <param name="connections">Whether a connection that is full of calls gets a second beside it.</param>
    public GrpcChannel(string socketPath, bool connections = false)
    {
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => ConnectAsync(socketPath, cancellation),
            EnableMultipleHttp2Connections = connections,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // Larger than any test lets a server send without being read.
            InitialHttp2StreamWindowSize = 1 << 20,
        });
    }

    /// <summary>Calls a method of one request and one answer.</summary>
    /// <exception cref="CallException">It did not end well.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        string path, TRequest request, MessageParser<TResponse> parser, CallOptions options, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse> =>
        await SendAsync(path, WireFrame.Of(request), parser, options, cancellation);

    /// <summary>Sends any bytes as the body of a call of one answer.</summary>
    /// <exception cref="CallException">It did not end well.</exception>
    public async Task<TResponse> SendAsync<TResponse>(
        string path, ReadOnlyMemory<byte> body, MessageParser<TResponse> parser, CallOptions options, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var limit = CallLimit.Of(options, cancellation);
        try
        {
            using HttpRequestMessage request = Request(path, new ReadOnlyMemoryContent(body), options);
            using HttpResponseMessage response = await _http.SendAsync(request, limit.Token);
            CallStatus.ThrowIfNoCall(response);
            await using Stream stream = await response.Content.ReadAsStreamAsync(limit.Token);
            byte[]? message = await WireFrame.ReadAsync(stream, limit.Token);
            // The trailers are there once the body has ended.
            byte[]? second = message is null ? null : await WireFrame.ReadAsync(stream, limit.Token);
            CallStatus.ThrowIfFailed(response);
            if (message is null || second is not null)
                throw new CallException(StatusCode.Internal, "The answer is not one message.", null);
            return parser.ParseFrom(message);
        }
        catch (Exception failure) when (failure is not CallException)
        {
            throw CallStatus.Of(failure, limit);
        }
    }

    /// <summary>Begins a call that streams both ways.</summary>
    public DuplexStream<TRequest, TResponse> Duplex<TRequest, TResponse>(
        string path, MessageParser<TResponse> parser, CallOptions options, CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage<TResponse>
    {
        var limit = CallLimit.Of(options, cancellation);
        var content = new OpenContent();
        HttpRequestMessage request = Request(path, content, options);
        return new DuplexStream<TRequest, TResponse>(content, _http.SendAsync(request, limit.Token), parser, limit);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(string path, HttpContent content, CallOptions options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost" + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(options.ContentType);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (options.Timeout is { } timeout)
            request.Headers.Add("grpc-timeout", TimeoutText(timeout));
        foreach ((string name, string value) in options.Metadata)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static string TimeoutText(TimeSpan timeout)
    {
        long microseconds = Math.Max(1, (long)timeout.TotalMicroseconds);
        return microseconds < 100_000_000 ? $"{microseconds}u" : $"{(long)timeout.TotalSeconds}S";
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
