using System.Buffers.Binary;
using Google.Protobuf;
using Thermocline.Protocol.Components;
using Thermocline.Testing.Grpc;

namespace Thermocline.Grpc.Tests.Hostile;

/// <summary>Bodies that are nearly right. The same seed and number give the same body.</summary>
internal static class Mutation
{
    private static readonly uint[] Lengths =
        [0, 1, 4, 5, 127, 128, 255, 256, 1 << 16, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, int.MaxValue, 0x80000000, uint.MaxValue];

    private static readonly byte[][] Good =
    [
        WireFrame.Of(new GetRequest()),
        WireFrame.Of(new GetRequest { Key = "orders||17" }),
        WireFrame.Of(new GetRequest
        {
            Key = "größer",
            Consistency = StateOptions.Types.StateConsistency.ConsistencyStrong,
            Metadata = { ["partitionKey"] = "p", ["contentType"] = "application/json" },
        }),
        WireFrame.Of(new GetRequest { Key = new string('k', 300) }),
    ];

    /// <summary>A body with one to three mistakes, and now and then none.</summary>
    public static byte[] Body(Random chance)
    {
        byte[] body = Good[chance.Next(Good.Length)];
        for (int mistakes = chance.Next(4); mistakes > 0; mistakes--)
            body = Change(body, chance);
        return body;
    }

    /// <summary>Some bits of any bytes turned over.</summary>
    public static void Flip(Span<byte> bytes, Random chance)
    {
        for (int flips = 1 + chance.Next(3); flips > 0 && !bytes.IsEmpty; flips--)
            bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
    }

    private static byte[] Change(byte[] body, Random chance)
    {
        byte[] changed = [.. body];
        int at = chance.Next(body.Length + 1);
        switch (chance.Next(9))
        {
            case 0:
                Flip(changed, chance);
                return changed;
            case 1:
                return changed[..at];
            case 2:
                return [.. changed, .. Good[chance.Next(Good.Length)]];
            case 3:
                return [.. changed, (byte)chance.Next(256)];
            case 4 when changed.Length > 0:
                changed[0] = (byte)chance.Next(4);
                return changed;
            case 5 when changed.Length >= 5:
                BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(1), Lengths[chance.Next(Lengths.Length)]);
                return changed;
            case 6:
                return [.. changed[..at], (byte)chance.Next(256), .. changed[at..]];
            case 7 when changed.Length > 5:
                // The message alone, in a frame whose length is right.
                Flip(changed.AsSpan(5), chance);
                return WireFrame.Of(changed.AsSpan(5));
            default:
                byte[] noise = new byte[chance.Next(64)];
                chance.NextBytes(noise);
                return WireFrame.Of(noise);
        }
    }

    /// <summary>What a body must be answered with, found out in the plainest way.</summary>
    public static (StatusCode Status, GetRequest? Message) Verdict(byte[] body, int bytesMax)
    {
        if (body.Length < 5 || body[0] != 0)
            return (StatusCode.Internal, null);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1));
        if (length > bytesMax)
            return (StatusCode.ResourceExhausted, null);
        if (body.Length - 5 != length)
            return (StatusCode.Internal, null);
        try
        {
            return (StatusCode.OK, GetRequest.Parser.ParseFrom(body, 5, (int)length));
        }
        catch (InvalidProtocolBufferException)
        {
            return (StatusCode.Internal, null);
        }
    }
}
