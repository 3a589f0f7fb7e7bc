namespace Thermocline.Memory.Import;

/// <summary>A line without its end, or a piece of one that is longer than the reader's limit.</summary>
/// <param name="bytes">The bytes; valid until the next read.</param>
/// <param name="number">Number of the line, from 1.</param>
/// <param name="offset">Offset of the first byte in the stream.</param>
/// <param name="isCut">Whether the line goes on in the next piece.</param>
internal readonly ref struct Line(ReadOnlySpan<byte> bytes, long number, long offset, bool isCut)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public long Number { get; } = number;

    public long Offset { get; } = offset;

    public bool IsCut { get; } = isCut;
}

/// <summary>
/// Splits a stream at line feeds (a carriage return before one belongs to it). A line longer than the limit comes in
/// pieces, each cut behind a space when one is near and never inside a UTF-8 sequence. A byte order mark is left out.
/// </summary>
internal sealed class LineReader(Stream stream, int lineBytesMax)
{
    private const int ReadBytes = 64 << 10;
    private const int SpaceSearchBytes = 256;

    private byte[] _buffer = new byte[ReadBytes];
    private int _start;
    private int _end;
    private long _startOffset;
    private long _number = 1;
    private bool _ended;
    private bool _begun;

    /// <summary>Bytes of the buffer: the most this reader ever held.</summary>
    public int BufferBytes => _buffer.Length;

    public bool TryRead(out Line line)
    {
        SkipByteOrderMark();
        int searched = 0;
        while (true)
        {
            int feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0 && searched + feed <= lineBytesMax)
                return Take(searched + feed, 1, out line);
            searched = _end - _start;
            if (searched > lineBytesMax)
                return Take(CutBefore(lineBytesMax), 0, out line);
            if (_ended)
                return searched > 0 ? Take(searched, 0, out line) : None(out line);
            Fill();
        }
    }

    private static bool None(out Line line)
    {
        line = default;
        return false;
    }

    private bool Take(int length, int feeds, out Line line)
    {
        bool isLast = _ended && length + feeds == _end - _start;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, length);
        if (feeds > 0 && bytes.EndsWith("\r"u8))
            bytes = bytes[..^1];
        line = new Line(bytes, _number, _startOffset, feeds == 0 && !isLast);
        _start += length + feeds;
        _startOffset += length + feeds;
        _number += feeds;
        return true;
    }

    private int CutBefore(int length)
    {
        ReadOnlySpan<byte> tail = _buffer.AsSpan(_start, length)[Math.Max(0, length - SpaceSearchBytes)..];
        int space = tail.LastIndexOf((byte)' ');
        if (space >= 0)
            return length - tail.Length + space + 1;
        int cut = length;
        // At most three bytes continue a sequence; more of them are not UTF-8 and are rejected elsewhere.
        while (cut > length - 3 && cut > 1 && (_buffer[_start + cut] & 0xC0) == 0x80)
            cut--;
        return cut;
    }

    private void SkipByteOrderMark()
    {
        if (_begun)
            return;
        _begun = true;
        while (_end < 3 && !_ended)
            Fill();
        if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8))
        {
            _start = 3;
            _startOffset = 3;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, (long)lineBytesMax + ReadBytes));
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }
}
