using System.Buffers;

namespace Thermocline.Grpc.Tests.Hostile;

/// <summary>Bytes cut into segments at any places.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(ReadOnlyMemory<byte> memory, long index)
    {
        Memory = memory;
        RunningIndex = index;
    }

    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, Random chance)
    {
        Pieces first = new(bytes[..Math.Min(bytes.Length, chance.Next(8))], 0), last = first;
        for (int at = first.Memory.Length; at < bytes.Length; at += last.Memory.Length)
        {
            var next = new Pieces(bytes.Slice(at, Math.Min(bytes.Length - at, 1 + chance.Next(64))), at);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
