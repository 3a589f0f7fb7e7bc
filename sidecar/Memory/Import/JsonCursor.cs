using System.Buffers;

namespace Thermocline.Memory.Import;

/// <summary>
/// Moves over the bytes of a JSON stream and cuts whole values out of it, looking only at quotes and brackets; the
/// meaning of a value is left to the JSON parser. A value longer than the limit is passed over without being held, and
/// nesting costs nothing, so no input makes this use more memory than its limit.
/// </summary>
internal sealed class JsonCursor(Stream stream, int valueBytesMax)
{
    /// <summary>What <see cref="ReadValue"/> says when there are no more bytes.</summary>
    public const string EndsInside = "The file ends inside a value.";

    private const int ReadBytes = 64 << 10;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> ScalarEnds = SearchValues.Create(",:]}[{\" \t\r\n"u8);
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n"u8);

    private byte[] _buffer = new byte[ReadBytes];
    private int _at;
    private int _end;
    private long _startOffset;
    private bool _ended;

    /// <summary>Whether the bytes from <see cref="_kept"/> on must stay in the buffer.</summary>
    private bool _keeping;
    private int _kept;

    /// <summary>Line of the next byte, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Offset of the next byte.</summary>
    public long Offset => _startOffset + _at;

    /// <summary>Bytes of the buffer: the most this cursor ever held.</summary>
    public int BufferBytes => _buffer.Length;

    /// <summary>The next byte that is not blank, or -1 at the end.</summary>
    public int Peek()
    {
        while (true)
        {
            int found = _buffer.AsSpan(_at, _end - _at).IndexOfAnyExcept(Blank);
            Move(found < 0 ? _end - _at : found);
            if (found >= 0)
                return _buffer[_at];
            if (!Fill())
                return -1;
        }
    }

    /// <summary>Moves over one byte.</summary>
    public void Skip() => Move(1);

    /// <summary>Moves over a byte order mark.</summary>
    public void SkipByteOrderMark()
    {
        while (_end < 3 && Fill())
        {
        }

        if (_buffer.AsSpan(_at, _end - _at).StartsWith("\uFEFF"u8))
            Move(3);
    }

    /// <summary>Moves over the value that starts at the next byte.</summary>
    /// <param name="value">Its bytes, valid until the next call; empty when it was too long or had no end.</param>
    /// <returns>Null, or what was wrong.</returns>
    public string? ReadValue(out ReadOnlyMemory<byte> value)
    {
        _keeping = true;
        _kept = _at;
        bool ended = _buffer[_at] switch
        {
            (byte)'"' => PassString(),
            (byte)'{' or (byte)'[' => PassContainer(),
            _ => PassScalar(),
        };
        bool held = _keeping && _at - _kept <= valueBytesMax;
        value = held && ended ? _buffer.AsMemory(_kept, _at - _kept) : default;
        _keeping = false;
        if (!ended)
            return EndsInside;
        return held ? null : $"The record is longer than {valueBytesMax:N0} bytes.";
    }

    private bool PassContainer()
    {
        long depth = 0;
        while (Find(Structure))
        {
            byte b = _buffer[_at];
            if (b == (byte)'"')
            {
                if (!PassString())
                    return false;
                continue;
            }

            Move(1);
            depth += b is (byte)'{' or (byte)'[' ? 1 : -1;
            if (depth == 0)
                return true;
        }

        return false;
    }

    private bool PassString()
    {
        Move(1);
        while (Find(StringEnds))
        {
            bool closes = _buffer[_at] == (byte)'"';
            Move(1);
            if (closes)
                return true;
            // The escaped byte is passed over whatever it is.
            if (_at == _end && !Fill())
                return false;
            Move(1);
        }

        return false;
    }

    private bool PassScalar()
    {
        // A scalar may end where the file does. A lone delimiter is one byte of garbage, and is passed over as such.
        Move(1);
        Find(ScalarEnds);
        return true;
    }

    /// <summary>Moves to the next byte of a set; false, with all bytes passed over, when there is none.</summary>
    private bool Find(SearchValues<byte> set)
    {
        while (true)
        {
            int found = _buffer.AsSpan(_at, _end - _at).IndexOfAny(set);
            Move(found < 0 ? _end - _at : found);
            if (found >= 0)
                return true;
            if (!Fill())
                return false;
        }
    }

    private void Move(int count)
    {
        Line += _buffer.AsSpan(_at, count).Count((byte)'\n');
        _at += count;
    }

    private bool Fill()
    {
        if (_ended)
            return false;
        if (_keeping && _at - _kept > valueBytesMax)
            _keeping = false;
        int keep = _keeping ? _kept : _at;
        if (keep > 0)
        {
            _buffer.AsSpan(keep, _end - keep).CopyTo(_buffer);
            _startOffset += keep;
            _at -= keep;
            _end -= keep;
            _kept = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, (long)valueBytesMax + ReadBytes));
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
        return !_ended;
    }
}
