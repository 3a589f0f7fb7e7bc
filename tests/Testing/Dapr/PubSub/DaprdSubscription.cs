using System.Collections.Concurrent;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;

namespace Thermocline.Testing.Dapr.PubSub;

/// <summary>A pull stream. Handlers begin in the order of the messages and run side by side; each answers for its own.</summary>
public sealed class DaprdSubscription : IAsyncDisposable
{
    private const int HandlersMax = 10_000;

    private readonly DaprdConnection _connection;
    private readonly Func<DaprdMessage, Task> _handler;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _room = new(HandlersMax);
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private DuplexStream<PullMessagesRequest, PullMessagesResponse>? _stream;

    internal DaprdSubscription(DaprdConnection connection, Func<DaprdMessage, Task> handler)
    {
        _connection = connection;
        _handler = handler;
    }

    /// <summary>Ends when the stream has; its result says why, null when it was closed.</summary>
    public Task<CallException?> Ended { get; private set; } = Task.FromResult<CallException?>(null);

    /// <summary>Closes the stream; acknowledgements of handlers that still run are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync();
        await Ended;
        await Task.WhenAll(_running.Values);
        _writing.Dispose();
        _room.Dispose();
    }

    internal async Task BeginAsync(Topic topic, CancellationToken cancellation)
    {
        _stream = _connection.Stream<PullMessagesRequest, PullMessagesResponse>(
            $"{DaprdPubSub.Service}/PullMessages", PullMessagesResponse.Parser, cancellation);
        try
        {
            await _stream.WriteAsync(new PullMessagesRequest { Topic = topic });
        }
        catch (CallException failure)
        {
            await _stream.DisposeAsync();
            throw DaprdErrors.OfAny(failure);
        }

        Ended = PullAsync(_stream);
    }

    private async Task<CallException?> PullAsync(DuplexStream<PullMessagesRequest, PullMessagesResponse> stream)
    {
        long number = 0;
        try
        {
            while (await stream.ReadAsync() is { } pulled)
            {
                await _room.WaitAsync();
                // An id comes again when its message is delivered again, perhaps before the first handler has ended.
                string name = $"{pulled.Id} {number++}";
                Task handling = HandleAsync(stream, pulled);
                if (handling.IsCompleted)
                    continue;
                _running[name] = handling;
                _ = handling.ContinueWith(
                    _ => _running.TryRemove(name, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            return null;
        }
        catch (CallException failure)
        {
            return failure;
        }
    }

    private async Task HandleAsync(DuplexStream<PullMessagesRequest, PullMessagesResponse> stream, PullMessagesResponse pulled)
    {
        var acknowledgement = new PullMessagesRequest { AckMessageId = pulled.Id };
        try
        {
            await _handler(new DaprdMessage(pulled.Id, pulled.TopicName, pulled.Data.ToByteArray(), pulled.ContentType, pulled.Metadata));
        }
        catch (Exception failure)
        {
            acknowledgement.AckError = new AckMessageError { Message = failure.Message };
        }

        await _writing.WaitAsync();
        try
        {
            await stream.WriteAsync(acknowledgement);
        }
        catch (CallException)
        {
            // The stream is gone, and the acknowledgement with it.
        }
        finally
        {
            _writing.Release();
            _room.Release();
        }
    }
}
