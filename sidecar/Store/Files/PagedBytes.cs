namespace Thermocline.Store.Files;

/// <summary>
/// The content of a file in RAM: pages that exist once written, so that reserved space costs nothing. Not safe for
/// use by several threads at once; its owner locks.
/// </summary>
internal sealed class PagedBytes
{
    private const int PageBytes = 16 << 10;

    private readonly Dictionary<long, byte[]> _pages = [];

    public long Length { get; private set; }

    public int Read(Span<byte> destination, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        for (int done = 0; done < count;)
        {
            (long page, int start) = Locate(offset + done);
            int step = Math.Min(count - done, PageBytes - start);
            Span<byte> part = destination.Slice(done, step);
            if (_pages.TryGetValue(page, out byte[]? bytes))
            {
                bytes.AsSpan(start, step).CopyTo(part);
            }
            else
            {
                part.Clear();
            }

            done += step;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        for (int done = 0; done < source.Length;)
        {
            (long page, int start) = Locate(offset + done);
            int step = Math.Min(source.Length - done, PageBytes - start);
            if (!_pages.TryGetValue(page, out byte[]? bytes))
            {
                bytes = new byte[PageBytes];
                _pages.Add(page, bytes);
            }

            source.Slice(done, step).CopyTo(bytes.AsSpan(start));
            done += step;
        }

        // A write of nothing past the end does not extend a file, as on a disk.
        if (source.Length > 0)
        {
            Length = Math.Max(Length, offset + source.Length);
        }
    }

    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length < Length)
        {
            Cut(length);
        }

        Length = length;
    }

    public PagedBytes Copy()
    {
        var copy = new PagedBytes { Length = Length };
        foreach ((long page, byte[] bytes) in _pages)
        {
            copy._pages.Add(page, bytes.AsSpan().ToArray());
        }

        return copy;
    }

    private static (long Page, int Start) Locate(long offset) => (offset / PageBytes, (int)(offset % PageBytes));

    // What was cut must read as zero when the file grows again.
    private void Cut(long length)
    {
        (long last, int kept) = Locate(length);
        foreach (long page in _pages.Keys.Where(page => page > last || (page == last && kept == 0)).ToArray())
        {
            _pages.Remove(page);
        }

        if (kept > 0 && _pages.TryGetValue(last, out byte[]? bytes))
        {
            bytes.AsSpan(kept).Clear();
        }
    }
}
