namespace Thermocline.Store.Files;

/// <summary>One open handle on a file in RAM. Handles of the same file share its content and its lock.</summary>
internal sealed class MemoryFile(MemoryFile.Node node) : IFile
{
    private volatile bool _closed;

    public long Length
    {
        get
        {
            CheckOpen();
            lock (node.Gate)
            {
                return node.Content.Length;
            }
        }
    }

    public int Read(Span<byte> destination, long offset)
    {
        CheckOpen();
        lock (node.Gate)
        {
            return node.Content.Read(destination, offset);
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        CheckOpen();
        lock (node.Gate)
        {
            node.Content.Write(source, offset);
        }
    }

    public void SetLength(long length)
    {
        CheckOpen();
        lock (node.Gate)
        {
            node.Content.SetLength(length);
        }
    }

    public void Flush() => CheckOpen();

    public void Dispose() => _closed = true;

    private void CheckOpen() => ObjectDisposedException.ThrowIf(_closed, this);

    /// <summary>A file itself: it lives as long as a name or a handle refers to it.</summary>
    internal sealed class Node
    {
        public Lock Gate { get; } = new();

        public PagedBytes Content { get; } = new();
    }
}
