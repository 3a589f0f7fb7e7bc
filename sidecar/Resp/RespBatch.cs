using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Thermocline.Resp;

/// <summary>
/// Commands that are sent one right after the other, with none of anybody else between them on this connection. Not for several
/// threads at once, and not to be changed once sent.
/// </summary>
public sealed class RespBatch
{
    private const int NumberBytesMax = 20;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _partsOpen;

    /// <summary>How many commands there are, each with one answer.</summary>
    public int Count { get; private set; }

    /// <summary>The commands as they are sent.</summary>
    internal ReadOnlySpan<byte> Bytes => _partsOpen == 0
        ? _bytes.WrittenSpan
        : throw new InvalidOperationException($"The last command lacks {_partsOpen} of the parts it was begun with.");

    /// <summary>One command of text alone.</summary>
    public static RespBatch Of(params ReadOnlySpan<string> parts) => new RespBatch().Add(parts);

    /// <summary>Adds a command of text alone.</summary>
    public RespBatch Add(params ReadOnlySpan<string> parts)
    {
        Begin(parts.Length);
        foreach (string part in parts)
            Part(part);
        return this;
    }

    /// <summary>Begins a command of so many parts, its name included, which are to follow.</summary>
    public RespBatch Begin(int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        if (_partsOpen != 0)
            throw new InvalidOperationException($"The command before lacks {_partsOpen} of the parts it was begun with.");
        Header((byte)'*', parts);
        _partsOpen = parts;
        Count++;
        return this;
    }

    /// <summary>A part of text.</summary>
    public RespBatch Part(string text)
    {
        Open(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _bytes);
        return Close();
    }

    /// <summary>A part of bytes.</summary>
    public RespBatch Part(ReadOnlySpan<byte> bytes)
    {
        Open(bytes.Length);
        _bytes.Write(bytes);
        return Close();
    }

    /// <summary>A part that is a decimal number.</summary>
    public RespBatch Part(long number)
    {
        Span<byte> digits = stackalloc byte[NumberBytesMax];
        Utf8Formatter.TryFormat(number, digits, out int length);
        return Part(digits[..length]);
    }

    private void Open(int length)
    {
        if (_partsOpen == 0)
            throw new InvalidOperationException("The command has all the parts it was begun with.");
        Header((byte)'$', length);
    }

    private RespBatch Close()
    {
        _bytes.Write("\r\n"u8);
        _partsOpen--;
        return this;
    }

    private void Header(byte kind, int number)
    {
        Span<byte> place = _bytes.GetSpan(NumberBytesMax + 3);
        place[0] = kind;
        Utf8Formatter.TryFormat(number, place[1..], out int length);
        place[length + 1] = (byte)'\r';
        place[length + 2] = (byte)'\n';
        _bytes.Advance(length + 3);
    }
}
