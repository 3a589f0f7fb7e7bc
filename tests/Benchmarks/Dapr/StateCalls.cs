using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Dapr;

/// <summary>Get or Set of a state store.</summary>
internal sealed class StateCalls(KeySpace space, bool writes) : ICalls
{
    private readonly CallFrames _frames = new("StateStore/" + (writes ? "Set" : "Get"));
    private readonly byte[] _message = new byte[space.ValueBytes + 64];

    public int BytesMax => _message.Length + CallFrames.OverheadBytes;

    public int Write(int stream, bool isFirst, int drawn, Span<byte> destination) =>
        _frames.Write(stream, isFirst, _message.AsSpan(0, Message(drawn, _message)), destination);

    private int Message(int drawn, Span<byte> destination)
    {
        destination[0] = 0x0A;
        destination[1] = KeySpace.KeyBytes;
        space.WriteKey(drawn % space.Count, destination[2..]);
        int at = 2 + KeySpace.KeyBytes;
        if (!writes)
            return at;
        destination[at++] = 0x12;
        for (int left = space.ValueBytes; ; left >>= 7)
        {
            destination[at++] = (byte)(left > 127 ? (left & 127) | 128 : left);
            if (left <= 127)
                break;
        }

        space.WriteValue(drawn, destination.Slice(at, space.ValueBytes));
        return at + space.ValueBytes;
    }
}
