using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Thermocline.Memory.Indexes;

/// <summary>
/// Takes the values out of the bytes of an <see cref="OrderedKey"/>, in order. Each call answers false, and takes nothing,
/// when the next value is of another kind or the bytes are not what was written.
/// </summary>
/// <param name="bytes">The key; other bytes may follow it.</param>
public ref struct OrderedKeyReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>What was not taken yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

    /// <summary>Takes a whole number.</summary>
    public bool TryRead(out long value)
    {
        bool taken = TryWord(OrderedKey.WholeKind, out ulong word);
        value = taken ? unchecked((long)(word ^ OrderedKey.SignBit)) : 0;
        return taken;
    }

    /// <summary>Takes a number.</summary>
    public bool TryRead(out double value)
    {
        ReadOnlySpan<byte> before = Rest;
        bool taken = TryWord(OrderedKey.NumberKind, out ulong word);
        bool isNegative = (word & OrderedKey.SignBit) == 0;
        value = taken ? BitConverter.UInt64BitsToDouble(isNegative ? ~word : word ^ OrderedKey.SignBit) : 0;
        if (!double.IsNaN(value))
            return taken;
        Rest = before;
        value = 0;
        return false;
    }

    /// <summary>Takes a moment.</summary>
    public bool TryRead(out DateTimeOffset value)
    {
        value = default;
        ReadOnlySpan<byte> before = Rest;
        if (!TryWord(OrderedKey.TimeKind, out ulong word))
            return false;
        long ticks = unchecked((long)(word ^ OrderedKey.SignBit));
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            Rest = before;
            return false;
        }

        value = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary>Takes a text.</summary>
    public bool TryRead(out string value)
    {
        value = "";
        if (Rest.IsEmpty || Rest[0] != OrderedKey.TextKind)
            return false;
        ReadOnlySpan<byte> from = Rest[1..];
        var text = new byte[from.Length];
        int length = 0;
        while (true)
        {
            int zero = from.IndexOf(OrderedKey.TextEnd);
            if (zero < 0)
                return false;
            from[..zero].CopyTo(text.AsSpan(length));
            length += zero;
            from = from[(zero + 1)..];
            if (from.IsEmpty || from[0] != OrderedKey.TextEscape)
                break;
            text[length++] = 0;
            from = from[1..];
        }

        if (!Utf8.IsValid(text.AsSpan(0, length)))
            return false;
        value = Encoding.UTF8.GetString(text, 0, length);
        Rest = from;
        return true;
    }

    private bool TryWord(byte kind, out ulong word)
    {
        word = 0;
        if (Rest.Length < 9 || Rest[0] != kind)
            return false;
        word = BinaryPrimitives.ReadUInt64BigEndian(Rest[1..]);
        Rest = Rest[9..];
        return true;
    }
}
