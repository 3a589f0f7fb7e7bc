using System.Buffers.Text;
using System.Text;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Wire;

/// <summary>Redis' GET and SET.</summary>
internal sealed class RespProtocol(KeySpace space, bool writes) : IWireProtocol
{
    public int WriteRequest(int drawn, Span<byte> destination)
    {
        int length = Append(destination, 0, writes ? "*3\r\n$3\r\nSET\r\n$20\r\n"u8 : "*2\r\n$3\r\nGET\r\n$20\r\n"u8);
        space.WriteKey(drawn % space.Count, destination[length..]);
        length = Append(destination, length + KeySpace.KeyBytes, "\r\n"u8);
        if (!writes)
            return length;
        length = Append(destination, length, "$"u8);
        Utf8Formatter.TryFormat(space.ValueBytes, destination[length..], out int digits);
        length = Append(destination, length + digits, "\r\n"u8);
        space.WriteValue(drawn, destination.Slice(length, space.ValueBytes));
        return Append(destination, length + space.ValueBytes, "\r\n"u8);
    }

    public int AnswerBytes(ReadOnlySpan<byte> received)
    {
        int lineEnd = received.IndexOf("\r\n"u8);
        if (lineEnd < 0)
            return 0;
        ReadOnlySpan<byte> line = received[..lineEnd];
        if (line.SequenceEqual("+OK"u8) && writes)
            return lineEnd + 2;
        if (line.Length < 2 || line[0] != '$' || !Utf8Parser.TryParse(line[1..], out int length, out _) || length != space.ValueBytes || writes)
            throw new InvalidDataException("redis-server answered " + Encoding.UTF8.GetString(line));
        int total = lineEnd + 2 + length + 2;
        return received.Length >= total ? total : 0;
    }

    private static int Append(Span<byte> destination, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination[at..]);
        return at + bytes.Length;
    }
}
