using System.Buffers;
using System.Buffers.Text;

namespace Thermocline.Resp.Wire;

/// <summary>
/// Reads answers of RESP2 and RESP3 from bytes as they come. What was read once is not looked at again, however the bytes are cut;
/// every length is judged before anything of that length is allocated. After a failure it is of no more use.
/// </summary>
internal sealed class RespParser
{
    private const int DepthMax = 16;
    private const int HeaderBytesMax = 32;
    private const int LineBytesMax = 64 << 10;

    // The shortest element takes three bytes, so a count beyond a third of what may still come is a lie; room for the rest of a
    // list grows with what really comes.
    private const int ElementBytesMin = 3;
    private const int RoomMax = 256;

    private readonly List<RespList> _open = [];
    private readonly int _replyBytesMax;
    private int _bytesLeft;

    /// <param name="replyBytesMax">The largest answer, its headers included.</param>
    public RespParser(int replyBytesMax) => _bytesLeft = _replyBytesMax = replyBytesMax;

    /// <summary>Takes one whole answer from the beginning of the bytes; false when more bytes are needed.</summary>
    /// <exception cref="RespException">This is no answer, or too large a one.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> bytes, out RespValue answer)
    {
        while (TryReadElement(ref bytes, out RespValue element, out bool isOpened))
        {
            if (!isOpened && TryEnd(element, out answer))
            {
                _bytesLeft = _replyBytesMax;
                return true;
            }
        }

        answer = default;
        return false;
    }

    // Puts an element where it belongs; true when that completes the whole answer.
    private bool TryEnd(RespValue element, out RespValue answer)
    {
        while (_open.Count > 0)
        {
            RespList list = _open[^1];
            list.Add(element);
            if (!list.IsComplete)
            {
                answer = default;
                return false;
            }

            element = list.Take();
            _open.RemoveAt(_open.Count - 1);
        }

        answer = element;
        return true;
    }

    private bool TryReadElement(ref ReadOnlySequence<byte> bytes, out RespValue element, out bool isOpened)
    {
        element = default;
        isOpened = false;
        var reader = new SequenceReader<byte>(bytes);
        if (!reader.TryRead(out byte kind) || !TryReadLine(ref reader, kind, out ReadOnlySequence<byte> line))
            return false;
        switch (kind)
        {
            case (byte)'+':
                element = new(RespKind.Text, line.ToArray());
                break;
            case (byte)'-':
                element = new(RespKind.Error, line.ToArray());
                break;
            case (byte)':':
                element = new(RespKind.Whole, Number(line));
                break;
            case (byte)'_':
                break;
            case (byte)'#':
                element = new(RespKind.Boolean, IsTrue(line) ? 1L : 0L);
                break;
            case (byte)',' or (byte)'(':
                element = new(RespKind.Number, line.ToArray());
                break;
            case (byte)'$' or (byte)'!' or (byte)'=':
                if (!TryReadBytes(ref reader, kind, line, out element))
                    return false;
                break;
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%':
                element = Open(kind, Number(line), out isOpened);
                break;
            default:
                throw Garbage($"an answer begins with byte {kind}");
        }

        Spend(reader.Consumed);
        bytes = bytes.Slice(reader.Position);
        return true;
    }

    private static bool TryReadLine(ref SequenceReader<byte> reader, byte kind, out ReadOnlySequence<byte> line)
    {
        int most = kind is (byte)'+' or (byte)'-' or (byte)',' or (byte)'(' ? LineBytesMax : HeaderBytesMax;
        if (reader.TryReadTo(out line, "\r\n"u8) ? line.Length > most : reader.Remaining > most)
            throw Garbage($"a line is longer than {most:N0} bytes");
        return reader.Consumed > 1;
    }

    private bool TryReadBytes(ref SequenceReader<byte> reader, byte kind, ReadOnlySequence<byte> header, out RespValue element)
    {
        element = default;
        long length = Number(header);
        if (length == -1)
            return true;
        if (length < 0 || length > _bytesLeft)
            throw Garbage($"bytes are announced as {length:N0} long, where {_bytesLeft:N0} are left of the largest answer");
        if (reader.Remaining < length + 2)
            return false;
        byte[] bytes = reader.UnreadSequence.Slice(0, length).ToArray();
        reader.Advance(length);
        if (!reader.IsNext("\r\n"u8, advancePast: true))
            throw Garbage("bytes do not end where they were announced to");

        // A verbatim string says of what kind it is in its first four bytes.
        if (kind == (byte)'=' && bytes.Length >= 4)
            bytes = bytes[4..];
        element = new(kind == (byte)'!' ? RespKind.Error : RespKind.Bytes, bytes);
        return true;
    }

    private RespValue Open(byte kind, long count, out bool isOpened)
    {
        isOpened = false;
        if (count == -1 && kind == (byte)'*')
            return default;
        if (count < 0 || count > _bytesLeft / ElementBytesMin)
            throw Garbage($"a list is announced with {count:N0} elements, more than fit into the largest answer");
        RespKind of = kind switch
        {
            (byte)'%' => RespKind.Map,
            (byte)'>' => RespKind.Push,
            _ => RespKind.Array,
        };
        int elements = (int)(of == RespKind.Map ? count * 2 : count);
        if (elements == 0)
            return new(of, Array.Empty<RespValue>());
        if (_open.Count == DepthMax)
            throw Garbage($"lists are nested deeper than {DepthMax}");
        _open.Add(new RespList(of, elements, Math.Min(elements, RoomMax)));
        isOpened = true;
        return default;
    }

    private void Spend(long bytes)
    {
        if (bytes > _bytesLeft)
            throw Garbage($"an answer is longer than {_replyBytesMax:N0} bytes");
        _bytesLeft -= (int)bytes;
    }

    private static long Number(ReadOnlySequence<byte> line)
    {
        Span<byte> digits = stackalloc byte[HeaderBytesMax];
        line.CopyTo(digits);
        digits = digits[..(int)line.Length];
        return Utf8Parser.TryParse(digits, out long number, out int used) && used == digits.Length && used > 0
            ? number
            : throw Garbage("a number is not a number");
    }

    private static bool IsTrue(ReadOnlySequence<byte> line) => line.Length == 1 && line.FirstSpan[0] is (byte)'t' or (byte)'f'
        ? line.FirstSpan[0] == (byte)'t'
        : throw Garbage("neither true nor false");

    private static RespException Garbage(string what) => new(RespFault.Protocol, $"The server does not speak RESP: {what}.");
}
