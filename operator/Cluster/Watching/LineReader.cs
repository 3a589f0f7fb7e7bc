using Thermocline.Operator.Cluster.Faults;

namespace Thermocline.Operator.Cluster.Watching;

/// <summary>Lines of a stream, of bounded length.</summary>
internal sealed class LineReader(Stream stream, string request, int lineBytesMax)
{
    private const int FirstBytes = 16 << 10;

    private byte[] _buffer = new byte[Math.Min(FirstBytes, lineBytesMax)];
    private int _start;
    private int _end;

    /// <summary>
    /// The next line without its end, valid until the next call; null at the end of the stream. What follows the last line end is dropped:
    /// it is half a line.
    /// </summary>
    /// <exception cref="ClusterException">A line is too long, or the connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        int searched = _start;
        while (true)
        {
            int at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, searched + at - _start);
                _start = searched + at + 1;
                return line;
            }

            MakeRoom();
            searched = _end;
            int read = await FillAsync(cancellation);
            if (read == 0)
                return null;
            _end += read;
        }
    }

    // What is left of a line moves to the front; a line that fills the buffer gets a larger one.
    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
            return;
        if (_buffer.Length >= lineBytesMax)
            throw new ClusterException(ClusterFault.TooLarge, request, $"a line is longer than {lineBytesMax} bytes");
        Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, lineBytesMax));
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellation)
    {
        try
        {
            return await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new ClusterException(ClusterFault.ConnectionLost, request, broken.Message, broken);
        }
    }
}
