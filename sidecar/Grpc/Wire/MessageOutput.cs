using System.IO.Pipelines;
using Google.Protobuf;

namespace Thermocline.Grpc.Wire;

/// <summary>Writes messages into the body of an answer.</summary>
internal static class MessageOutput
{
    // Up to here a message is written in one go into one buffer of the server.
    private const int OneBufferBytes = 4_000;

    // Above this the answer waits until its caller takes it, and stays charged so long.
    private const int FlushAboveBytes = 32 << 10;

    /// <summary>Writes the one answer of a call; what is small goes out together with the status.</summary>
    public static ValueTask<Refusal?> WriteSingleAsync<T>(T? message, ServerCallContext call)
        where T : class, IMessage<T>
    {
        if (message is null)
            return new ValueTask<Refusal?>(Refusal.NoAnswer);
        int bytes = message.CalculateSize();
        if (Judge(bytes, call) is { } refusal)
            return new ValueTask<Refusal?>(refusal);
        Write(message, bytes, call);
        return bytes > FlushAboveBytes ? FlushAsync(call) : default;
    }

    /// <summary>Writes a message of a stream and sends it.</summary>
    public static async Task<Refusal?> WriteNextAsync<T>(T message, ServerCallContext call)
        where T : class, IMessage<T>
    {
        int bytes = message.CalculateSize();
        if (Judge(bytes, call) is { } refusal)
            return refusal;
        try
        {
            Write(message, bytes, call);
            await FlushAsync(call);
            return null;
        }
        finally
        {
            call.Release(FramePrefix.Bytes + bytes);
        }
    }

    private static Refusal? Judge(int bytes, ServerCallContext call)
    {
        if (bytes > call.Options.MaxSendMessageBytes)
            return Refusal.AnswerTooLarge(bytes, call.Options.MaxSendMessageBytes);
        return call.TryCharge(FramePrefix.Bytes + bytes) ? null : Refusal.NoRoom;
    }

    private static void Write<T>(T message, int bytes, ServerCallContext call)
        where T : class, IMessage<T>
    {
        PipeWriter writer = call.Http.Response.BodyWriter;
        if (bytes <= OneBufferBytes)
        {
            Span<byte> frame = writer.GetSpan(FramePrefix.Bytes + bytes);
            FramePrefix.Write(frame, bytes);
            message.WriteTo(frame.Slice(FramePrefix.Bytes, bytes));
            writer.Advance(FramePrefix.Bytes + bytes);
            call.HasWritten = true;
            return;
        }

        call.Torn = true;
        FramePrefix.Write(writer.GetSpan(FramePrefix.Bytes), bytes);
        writer.Advance(FramePrefix.Bytes);
        message.WriteTo(writer);
        call.Torn = false;
        call.HasWritten = true;
    }

    private static async ValueTask<Refusal?> FlushAsync(ServerCallContext call)
    {
        await call.Http.Response.BodyWriter.FlushAsync(call.CancellationToken);
        return null;
    }
}
