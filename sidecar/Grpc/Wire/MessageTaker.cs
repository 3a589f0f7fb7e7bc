using System.Buffers;
using Google.Protobuf;

namespace Thermocline.Grpc.Wire;

/// <summary>
/// Takes one message off the front of what has arrived. Bytes are charged as they arrive, not as they are announced: an announcement
/// costs its sender nothing, and must cost others nothing either.
/// </summary>
internal struct MessageTaker<T>(MessageParser<T> parser, ServerCallContext call)
    where T : class, IMessage<T>
{
    public ServerCallContext Call { get; } = call;

    /// <summary>Bytes charged to the budget for this message so far.</summary>
    public long Charged { get; private set; }

    /// <summary>Null and no message: more bytes are needed.</summary>
    public Refusal? TryTake(ref ReadOnlySequence<byte> arrived, out T? message)
    {
        message = null;
        if (!FramePrefix.TryRead(arrived, out FramePrefix prefix))
            return null;
        if (Judge(prefix) is { } refusal)
            return refusal;

        long whole = FramePrefix.Bytes + (long)prefix.Length, here = Math.Min(arrived.Length, whole);
        if (!Call.TryCharge(here - Charged))
            return Refusal.NoRoom;
        Charged = here;
        if (here < whole)
            return null;

        ReadOnlySequence<byte> body = arrived.Slice(FramePrefix.Bytes, prefix.Length);
        arrived = arrived.Slice(whole);
        try
        {
            message = body.IsSingleSegment ? parser.ParseFrom(body.FirstSpan) : parser.ParseFrom(body);
            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return Refusal.NotParsed;
        }
    }

    private readonly Refusal? Judge(FramePrefix prefix) => prefix.Flag switch
    {
        0 => prefix.Length <= Call.Options.MaxReceiveMessageBytes
            ? null
            : Refusal.TooLarge(prefix.Length, Call.Options.MaxReceiveMessageBytes),
        1 => Call.Encoding is null or "" or "identity" ? Refusal.FlagWithoutEncoding : Refusal.EncodingUnknown,
        _ => Refusal.FlagUnknown,
    };
}
