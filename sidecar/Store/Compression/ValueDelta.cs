using System.Buffers.Binary;
using System.Numerics;

namespace Thermocline.Store.Compression;

/// <summary>
/// A value as copies out of an earlier one and what is new between them. Made for small edits of a long value: it gives
/// up early, on purpose, where the two have little in common. Neither lengths nor checksums are in it: they are the caller's.
/// </summary>
/// <remarks>
/// Bytes: steps until the value is complete. A step begins with a number, length × 2 + kind. Kind 0: so many new bytes
/// follow. Kind 1: copy so many bytes of the base; a number follows that says where, as the distance from the end of the
/// copy before (from 0 for the first), distance × 2, or −distance × 2 − 1 when it is negative. Lengths are not zero.
/// Numbers are LEB128: 7 bits a byte, low ones first, the high bit on all but the last byte.
/// </remarks>
internal static class ValueDelta
{
    // An edit costs at least 4 bytes (two steps, a place, a new byte). Where edits leave less than 16 equal bytes between
    // them, a delta cannot get below the tenth of the value that callers ask for, so shorter matches need not be found.
    private const int NeedleBytes = 16;
    private const int FirstStride = 8;
    private const int WindowBytesMin = 256;
    private const int WindowBytesMax = 32 << 10;
    private const int WindowsPerLiteral = 4;
    private const int SearchBytesMin = 64 << 10;
    private const int SearchesPerByte = 16;

    /// <summary>
    /// Encodes, and returns the length; 0 when the delta would be longer than the destination, or was not found with the
    /// work allowed (about 16 looks at each byte of the value, in practice far fewer).
    /// </summary>
    public static int Encode(ReadOnlySpan<byte> baseValue, ReadOnlySpan<byte> value, Span<byte> destination)
    {
        // What the base does not have has to be new.
        if (value.Length - (long)baseValue.Length > destination.Length)
            return 0;
        int prefix = value.CommonPrefixLength(baseValue);
        int suffix = CommonSuffixLength(baseValue[prefix..], value[prefix..]);
        var writer = new Writer(destination);
        writer.Copy(0, prefix);
        long searchLeft = SearchBytesMin + (SearchesPerByte * (long)value.Length);
        int at = prefix;
        int from = prefix;
        int end = value.Length - suffix;
        while (end - at >= NeedleBytes)
        {
            int room = Math.Min(writer.Room, end - at);
            if (!TryFindMatch(baseValue, from, value[at..end], room, ref searchLeft, out int skipped, out int found))
            {
                if (room < end - at)
                    return 0;
                break;
            }

            while (skipped > 0 && found > 0 && value[at + skipped - 1] == baseValue[found - 1])
            {
                skipped--;
                found--;
            }

            int length = value[(at + skipped)..end].CommonPrefixLength(baseValue[found..]);
            if (!writer.TryInsert(value.Slice(at, skipped)))
                return 0;
            writer.Copy(found, length);
            at += skipped + length;
            from = found + length;
        }

        if (!writer.TryInsert(value[at..end]))
            return 0;
        writer.Copy(baseValue.Length - suffix, suffix);
        return writer.Finish();
    }

    /// <summary>False when the bytes are not a delta for a base and a value of these lengths; the value then holds anything.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> baseValue, ReadOnlySpan<byte> delta, Span<byte> value)
    {
        long from = 0;
        while (!delta.IsEmpty)
        {
            if (!TryReadNumber(ref delta, out uint step))
                return false;
            uint length = step >> 1;
            if (length == 0 || length > (uint)value.Length)
                return false;
            if ((step & 1) == 0)
            {
                if (length > (uint)delta.Length)
                    return false;
                delta[..(int)length].CopyTo(value);
                delta = delta[(int)length..];
            }
            else
            {
                if (!TryReadNumber(ref delta, out uint distance))
                    return false;
                from += (distance >> 1) ^ -(long)(distance & 1);
                if (from < 0 || from + length > baseValue.Length)
                    return false;
                baseValue.Slice((int)from, (int)length).CopyTo(value);
                from += length;
            }

            value = value[(int)length..];
        }

        return value.IsEmpty;
    }

    /// <summary>
    /// Looks for the next place where both go on alike: at the same distance behind the edit (bytes were replaced), then
    /// around it (bytes came or went). Strides double, because a long match is hit anywhere and followed back to its
    /// start, and what is looked at widens with them: small edits cost little, and hopeless values are soon given up.
    /// </summary>
    private static bool TryFindMatch(
        ReadOnlySpan<byte> baseValue, int from, ReadOnlySpan<byte> rest, int room, ref long searchLeft, out int skipped, out int found)
    {
        int stride = FirstStride;
        for (skipped = 0; skipped <= room && skipped + NeedleBytes <= rest.Length && searchLeft > 0; skipped += stride, stride *= 2)
        {
            ReadOnlySpan<byte> needle = rest.Slice(skipped, NeedleBytes);
            found = from + skipped;
            if (baseValue.Length - found >= NeedleBytes && baseValue.Slice(found, NeedleBytes).SequenceEqual(needle))
                return true;
            int window = Math.Min(WindowBytesMin + (WindowsPerLiteral * skipped), WindowBytesMax);
            ReadOnlySpan<byte> ahead = baseValue.Slice(from, Math.Min(window, baseValue.Length - from));
            found = from + ahead.IndexOf(needle);
            if (found >= from)
                return true;
            int start = Math.Max(0, from - (window / 4));
            ReadOnlySpan<byte> behind = baseValue[start..Math.Min(from + NeedleBytes - 1, baseValue.Length)];
            found = start + behind.IndexOf(needle);
            if (found >= start)
                return true;
            searchLeft -= ahead.Length + behind.Length;
        }

        found = 0;
        return false;
    }

    private static int CommonSuffixLength(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        const int Stretch = 256;
        int most = Math.Min(a.Length, b.Length);
        a = a[^most..];
        b = b[^most..];
        while (a.Length >= Stretch && a[^Stretch..].SequenceEqual(b[^Stretch..]))
        {
            a = a[..^Stretch];
            b = b[..^Stretch];
        }

        while (a.Length >= sizeof(ulong))
        {
            ulong difference = BinaryPrimitives.ReadUInt64LittleEndian(a[^sizeof(ulong)..])
                ^ BinaryPrimitives.ReadUInt64LittleEndian(b[^sizeof(ulong)..]);
            if (difference != 0)
                return most - a.Length + (BitOperations.LeadingZeroCount(difference) / 8);
            a = a[..^sizeof(ulong)];
            b = b[..^sizeof(ulong)];
        }

        while (a.Length > 0 && a[^1] == b[^1])
        {
            a = a[..^1];
            b = b[..^1];
        }

        return most - a.Length;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> delta, out uint number)
    {
        const int BytesMax = 5;
        number = 0;
        for (int i = 0; i < BytesMax && i < delta.Length; i++)
        {
            number |= (uint)(delta[i] & 0x7F) << (7 * i);
            if (delta[i] < 0x80)
            {
                delta = delta[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    // A copy waits until it is known that the next one does not continue it.
    private ref struct Writer(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private int _written;
        private bool _full;
        private int _copyFrom;
        private int _copyLength;
        private int _lastEnd;

        /// <summary>How many new bytes could still be taken at most.</summary>
        public readonly int Room => _full ? 0 : _destination.Length - _written;

        public bool TryInsert(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
                return !_full;
            EndCopy();
            WriteNumber((uint)bytes.Length << 1);
            _full |= !bytes.TryCopyTo(_destination[_written..]);
            if (!_full)
                _written += bytes.Length;
            return !_full;
        }

        public void Copy(int from, int length)
        {
            if (length == 0)
                return;
            if (_copyLength > 0 && from == _copyFrom + _copyLength)
            {
                _copyLength += length;
                return;
            }

            EndCopy();
            (_copyFrom, _copyLength) = (from, length);
        }

        public int Finish()
        {
            EndCopy();
            return _full ? 0 : _written;
        }

        private void EndCopy()
        {
            if (_copyLength == 0)
                return;
            WriteNumber(((uint)_copyLength << 1) | 1);
            int distance = _copyFrom - _lastEnd;
            WriteNumber((uint)((distance << 1) ^ (distance >> 31)));
            _lastEnd = _copyFrom + _copyLength;
            _copyLength = 0;
        }

        private void WriteNumber(uint number)
        {
            for (; number >= 0x80; number >>= 7)
                WriteByte((byte)(number | 0x80));
            WriteByte((byte)number);
        }

        private void WriteByte(byte value)
        {
            if (_written == _destination.Length)
            {
                _full = true;
                return;
            }

            _destination[_written++] = value;
        }
    }
}
