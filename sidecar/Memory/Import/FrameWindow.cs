namespace Thermocline.Memory.Import;

/// <summary>The bytes of a stream from the present place on, as many as were asked for, up to a limit.</summary>
internal sealed class FrameWindow(Stream stream, int bytesMax)
{
    private const int ReadBytes = 64 << 10;

    private byte[] _buffer = new byte[ReadBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Bytes of the buffer: the most that was ever held.</summary>
    public int BufferBytes => _buffer.Length;

    /// <summary>Offset of the present place in the stream.</summary>
    public long Offset { get; private set; }

    /// <summary>What is there without reading more.</summary>
    public ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Reads until so many bytes are there; false when the stream ends before.</summary>
    public bool Ensure(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, bytesMax);
        while (_end - _start < bytes)
        {
            if (_ended)
                return false;
            Fill(bytes);
        }

        return true;
    }

    public void Skip(int bytes)
    {
        _start += bytes;
        Offset += bytes;
    }

    private void Fill(int wanted)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        // Grown step by step as bytes really come: a length that is a lie makes no room.
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, Math.Max((long)bytesMax, wanted)));
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }
}
