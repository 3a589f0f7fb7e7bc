namespace Thermocline.Memory.Tests.Import;

/// <summary>A head, then one piece again and again, then a tail: a file of any size that needs no space.</summary>
internal sealed class RepeatStream(byte[] head, byte[] piece, long times, byte[] tail) : Stream
{
    private readonly long _length = head.Length + (piece.Length * times) + tail.Length;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && _position < _length)
        {
            ReadOnlySpan<byte> source = At(_position);
            int count = Math.Min(source.Length, buffer.Length - done);
            source[..count].CopyTo(buffer[done..]);
            done += count;
            _position += count;
        }

        return done;
    }

    private ReadOnlySpan<byte> At(long position)
    {
        if (position < head.Length)
            return head.AsSpan((int)position);
        long inner = position - head.Length;
        return inner < piece.Length * times
            ? piece.AsSpan((int)(inner % piece.Length))
            : tail.AsSpan((int)(inner - (piece.Length * times)));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
