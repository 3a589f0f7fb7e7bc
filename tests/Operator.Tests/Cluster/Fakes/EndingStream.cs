namespace Thermocline.Operator.Tests.Cluster.Fakes;

/// <summary>Bytes that come in small pieces, and an end.</summary>
internal sealed class EndingStream(byte[] bytes, StreamEnd end) : Stream
{
    private const int PieceBytes = 7_001;

    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _at; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = Math.Min(Math.Min(buffer.Length, PieceBytes), bytes.Length - _at);
        if (count == 0 && end == StreamEnd.Silence)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (count == 0 && end == StreamEnd.Cut)
            throw new IOException("The connection was cut.");
        bytes.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
