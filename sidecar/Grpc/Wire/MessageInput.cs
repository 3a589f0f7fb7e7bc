using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Thermocline.Grpc.Wire;

/// <summary>Reads messages from the body of a request, straight from the buffers it arrived in.</summary>
internal static class MessageInput
{
    /// <summary>The one message of a body, with nothing after it.</summary>
    public static ValueTask<Received<T>> ReadSingleAsync<T>(PipeReader pipe, MessageParser<T> parser, ServerCallContext call)
        where T : class, IMessage<T>
    {
        // Most requests are small and all there when the call begins.
        if (!pipe.TryRead(out ReadResult result))
            return AwaitSingleAsync(pipe, new MessageTaker<T>(parser, call), found: null);
        var taker = new MessageTaker<T>(parser, call);
        Received<T>? settled = Settle(pipe, result, ref taker, out T? found);
        return settled is { } received ? new ValueTask<Received<T>>(received) : AwaitSingleAsync(pipe, taker, found);
    }

    /// <summary>The next message of a body, and the bytes charged for it; neither message nor refusal at the end.</summary>
    public static async Task<(Received<T> Received, long Charged)> ReadNextAsync<T>(
        PipeReader pipe, MessageParser<T> parser, ServerCallContext call, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        var taker = new MessageTaker<T>(parser, call);
        while (true)
        {
            ReadResult result = await pipe.ReadAsync(cancellation);
            ReadOnlySequence<byte> rest = result.Buffer;
            if (result.IsCanceled)
            {
                pipe.AdvanceTo(rest.Start);
                throw new OperationCanceledException(call.CancellationToken);
            }

            Refusal? refusal = taker.TryTake(ref rest, out T? message);
            bool done = message is not null || refusal is not null;
            pipe.AdvanceTo(rest.Start, done ? rest.Start : rest.End);
            if (done)
                return (new Received<T>(message, refusal), taker.Charged);
            if (result.IsCompleted)
                return (new Received<T>(null, rest.IsEmpty ? null : Refusal.Incomplete), taker.Charged);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Received<T>> AwaitSingleAsync<T>(PipeReader pipe, MessageTaker<T> taker, T? found)
        where T : class, IMessage<T>
    {
        // A caller that is gone ends the read by itself; only a deadline needs more.
        CancellationToken deadline = taker.Call.HasDeadline ? taker.Call.CancellationToken : CancellationToken.None;
        while (true)
        {
            ReadResult result = await pipe.ReadAsync(deadline);
            if (found is null)
            {
                if (Settle(pipe, result, ref taker, out found) is { } received)
                    return received;
                continue;
            }

            bool trailing = !result.Buffer.IsEmpty;
            pipe.AdvanceTo(result.Buffer.End);
            if (trailing)
                return new Received<T>(null, Refusal.Trailing);
            if (result.IsCompleted)
                return new Received<T>(found, null);
        }
    }

    // What one read settles; null when the message or the end of the body is still to come.
    private static Received<T>? Settle<T>(PipeReader pipe, in ReadResult result, ref MessageTaker<T> taker, out T? found)
        where T : class, IMessage<T>
    {
        ReadOnlySequence<byte> rest = result.Buffer;
        Refusal? refusal = taker.TryTake(ref rest, out found);
        if (refusal is null && found is not null && !rest.IsEmpty)
            refusal = Refusal.Trailing;
        if (refusal is null && found is null && result.IsCompleted)
            refusal = Refusal.Incomplete;
        pipe.AdvanceTo(rest.Start, rest.End);
        if (refusal is not null)
            return new Received<T>(null, refusal);
        return found is not null && result.IsCompleted ? new Received<T>(found, null) : null;
    }
}
