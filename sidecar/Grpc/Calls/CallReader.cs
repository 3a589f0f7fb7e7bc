using System.IO.Pipelines;
using Google.Protobuf;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>The messages that a caller streams. A message's bytes stay charged until the next is asked for.</summary>
internal sealed class CallReader<T> : IAsyncStreamReader<T>
    where T : class, IMessage<T>
{
    private readonly ServerCallContext _call;
    private readonly MessageParser<T> _parser;
    private readonly PipeReader _pipe;
    private readonly CancellationTokenRegistration _cancelled;
    private T? _current;
    private long _charged;
    private Task<bool> _pending = Task.FromResult(false);
    private bool _ended;

    public CallReader(ServerCallContext call, MessageParser<T> parser)
    {
        _call = call;
        _parser = parser;
        _pipe = call.Http.Request.BodyReader;
        _cancelled = call.CancellationToken.UnsafeRegister(static pipe => Wake((PipeReader)pipe!), _pipe);
    }

    public T Current => _current ?? throw new InvalidOperationException("There is no current message.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!_pending.IsCompleted || Volatile.Read(ref _ended))
            throw new InvalidOperationException("A read is under way, or the call has ended.");
        return _pending = MoveNextAsync(cancellationToken);
    }

    public async Task EndAsync()
    {
        Volatile.Write(ref _ended, true);
        await _cancelled.DisposeAsync();
        if (_pending.IsCompleted)
            return;
        Wake(_pipe);
        await ((Task)_pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Wake(PipeReader pipe)
    {
        try
        {
            pipe.CancelPendingRead();
        }
        catch (IOException)
        {
            // The caller is gone: that has ended the read already.
        }
    }

    private async Task<bool> MoveNextAsync(CancellationToken cancellation)
    {
        _current = null;
        _call.Release(_charged);
        _charged = 0;
        _call.CancellationToken.ThrowIfCancellationRequested();
        (Received<T> received, _charged) = await MessageInput.ReadNextAsync(_pipe, _parser, _call, cancellation);
        if (received.Refusal is { } refusal)
            throw new RpcException(refusal.Code, refusal.Message);
        _current = received.Message;
        return _current is not null;
    }
}
