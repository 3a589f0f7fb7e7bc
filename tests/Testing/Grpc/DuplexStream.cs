using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Thermocline.Testing.Grpc;

/// <summary>A call that streams both ways. One read and one write at a time; disposing it gives the call up.</summary>
public sealed class DuplexStream<TRequest, TResponse> : IAsyncDisposable
    where TRequest : IMessage
    where TResponse : IMessage<TResponse>
{
    private readonly OpenContent _content;
    private readonly Task<HttpResponseMessage> _answer;
    private readonly MessageParser<TResponse> _parser;
    private readonly CallLimit _limit;
    private Stream? _responses;

    internal DuplexStream(OpenContent content, Task<HttpResponseMessage> answer, MessageParser<TResponse> parser, CallLimit limit)
    {
        _content = content;
        _answer = answer;
        _parser = parser;
        _limit = limit;
        _ = FailWithAsync(answer, content);
    }

    /// <summary>Waits until the request is on its way.</summary>
    public async Task BeginAsync()
    {
        try
        {
            await _content.Stream;
        }
        catch (Exception failure)
        {
            throw CallStatus.Of(failure, _limit);
        }
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="CallException">The call has ended.</exception>
    public Task WriteAsync(TRequest message) => WriteAsync(WireFrame.Of(message));

    /// <summary>Sends any bytes.</summary>
    /// <exception cref="CallException">The call has ended.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            Stream stream = await _content.Stream;
            await stream.WriteAsync(bytes, _limit.Token);
            await stream.FlushAsync(_limit.Token);
        }
        catch (Exception failure)
        {
            throw CallStatus.Of(failure, _limit);
        }
    }

    /// <summary>Says that no more will be sent.</summary>
    public void Complete() => _content.Complete();

    /// <summary>The next message; null when the call has ended well.</summary>
    /// <exception cref="CallException">It has not ended well.</exception>
    public async Task<TResponse?> ReadAsync()
    {
        try
        {
            HttpResponseMessage response = await _answer;
            CallStatus.ThrowIfNoCall(response);
            _responses ??= await response.Content.ReadAsStreamAsync(_limit.Token);
            if (await WireFrame.ReadAsync(_responses, _limit.Token) is { } message)
                return _parser.ParseFrom(message);
            CallStatus.ThrowIfFailed(response);
            return default;
        }
        catch (Exception failure)
        {
            throw CallStatus.Of(failure, _limit);
        }
    }

    /// <summary>Every message to the end.</summary>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await ReadAsync() is { } message)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return message;
        }
    }

    /// <summary>Gives the call up.</summary>
    public void Cancel() => _limit.Cancel();

    public async ValueTask DisposeAsync()
    {
        if (!_limit.Token.IsCancellationRequested)
            _limit.Cancel();
        _content.Abandon();
        await ((Task)_answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_answer.IsCompletedSuccessfully)
            _answer.Result.Dispose();
        _limit.Dispose();
    }

    private static async Task FailWithAsync(Task<HttpResponseMessage> answer, OpenContent content)
    {
        try
        {
            await answer;
        }
        catch (Exception failure)
        {
            content.Fail(failure);
        }
    }
}
