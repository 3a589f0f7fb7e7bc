using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>One open handle on the modelled disk. The disk does the work, under its own lock.</summary>
internal sealed class FaultyFile(FaultyFiles disk, FaultyNode node, string path) : IFile
{
    private volatile bool _closed;

    public long Length => disk.ReadLength(Opened());

    public int Read(Span<byte> destination, long offset) => disk.Read(Opened(), destination, offset);

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        disk.Write(Opened(), path, source.ToArray(), offset);
    }

    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        disk.SetLength(Opened(), path, length);
    }

    public void Flush() => disk.Flush(Opened(), path);

    public void Dispose() => _closed = true;

    private FaultyNode Opened()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return node;
    }
}
