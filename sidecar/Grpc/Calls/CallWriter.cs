using Google.Protobuf;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>Sends the messages of a stream.</summary>
internal sealed class CallWriter<T>(ServerCallContext call) : IServerStreamWriter<T>
    where T : class, IMessage<T>
{
    private const int Idle = 0;
    private const int Writing = 1;
    private const int Ended = 2;

    private Task _pending = Task.CompletedTask;
    private int _state;

    public Task WriteAsync(T message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Interlocked.CompareExchange(ref _state, Writing, Idle) != Idle)
            throw new InvalidOperationException("A write is under way, or the call has ended.");
        return _pending = WriteOneAsync(message);
    }

    public async Task EndAsync()
    {
        while (Interlocked.CompareExchange(ref _state, Ended, Idle) != Idle)
            await _pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteOneAsync(T message)
    {
        try
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            if (await MessageOutput.WriteNextAsync(message, call) is { } refusal)
                throw new RpcException(refusal.Code, refusal.Message);
            call.CancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            Volatile.Write(ref _state, Idle);
        }
    }
}
