using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Thermocline.Memory.Indexes;

/// <summary>
/// Builds key bytes whose order is the order of the values added, first value first: whole numbers by size, numbers with
/// -0 = 0 and the infinities at the ends, times, and texts by their UTF-8 bytes, which is the order of code points. Every
/// value begins with a byte for its kind, so kinds do not mix: whole numbers, numbers, times, texts, in this order.
/// A shorter tuple comes before its continuations. <see cref="OrderedKeyReader"/> is the exact inverse.
/// </summary>
public sealed class OrderedKey
{
    internal const ulong SignBit = 1UL << 63;

    internal const byte WholeKind = 0x10;
    internal const byte NumberKind = 0x20;
    internal const byte TimeKind = 0x30;
    internal const byte TextKind = 0x40;

    // A zero byte of a text is followed by FF; a zero byte alone ends it, and every kind is less than FF.
    internal const byte TextEnd = 0x00;
    internal const byte TextEscape = 0xFF;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _bytes = new(32);

    /// <summary>The key so far.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    /// <summary>Adds a whole number.</summary>
    public OrderedKey Add(long value) => AddWord(WholeKind, FlipSign(value));

    /// <summary>Adds a number; -0 is 0.</summary>
    /// <exception cref="ArgumentException">NaN, which has no place in any order.</exception>
    public OrderedKey Add(double value)
    {
        if (double.IsNaN(value))
            throw new ArgumentException("NaN has no place in an order.", nameof(value));
        // Adding zero turns -0 into 0.
        long bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        // The bits of negative numbers count backwards.
        return AddWord(NumberKind, bits < 0 ? ~unchecked((ulong)bits) : FlipSign(bits));
    }

    /// <summary>Adds a moment, to the tick of 100 ns; its offset from UTC is not kept.</summary>
    public OrderedKey Add(DateTimeOffset value) => AddWord(TimeKind, FlipSign(value.UtcTicks));

    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">Half of a surrogate pair, which has no UTF-8 form.</exception>
    public OrderedKey Add(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        byte[] text = Strict.GetBytes(value);
        _bytes.Write([TextKind]);
        ReadOnlySpan<byte> rest = text;
        for (int zero = rest.IndexOf(TextEnd); zero >= 0; zero = rest.IndexOf(TextEnd))
        {
            _bytes.Write(rest[..(zero + 1)]);
            _bytes.Write([TextEscape]);
            rest = rest[(zero + 1)..];
        }

        _bytes.Write(rest);
        _bytes.Write([TextEnd]);
        return this;
    }

    internal static ulong FlipSign(long value) => unchecked((ulong)value) ^ SignBit;

    private OrderedKey AddWord(byte kind, ulong word)
    {
        Span<byte> bytes = _bytes.GetSpan(9);
        bytes[0] = kind;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], word);
        _bytes.Advance(9);
        return this;
    }
}
