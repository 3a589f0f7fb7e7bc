namespace Thermocline.Store.Hot;

/// <summary>
/// The compressed pages of the hot tier, and what is in them. Their memory comes from pages that the tier has already, never
/// from the system. Under the store's mutation lock.
/// </summary>
internal sealed class CompressedPages(HotPages pages)
{
    private readonly PageQueue _queue = new();
    private HotPage? _open;

    /// <summary>Pages whose turn to leave may come; the one that is being filled is not among them.</summary>
    public int Count => _queue.Count;

    /// <summary>Frames the index names.</summary>
    public long Entries { get; private set; }

    /// <summary>Bytes they would take as they are.</summary>
    public long PlainBytes { get; private set; }

    /// <summary>Bytes they take.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Appends a stored frame and returns its hot place, or 0 when no page can be had.</summary>
    public uint TryAppend(ReadOnlySpan<byte> stored)
    {
        uint place = _open?.TryAppend(stored) ?? 0;
        if (place == 0)
        {
            HotPage? page = pages.TryTakeSpare();
            if (page is null)
                return 0;
            if (_open is not null)
                _queue.Enqueue(_open);
            _open = page;
            place = page.TryAppend(stored);
        }

        Tally(new StoredFrame(stored), 1);
        return place;
    }

    /// <summary>Notes that the index no longer names a stored frame.</summary>
    public void Forget(StoredFrame stored) => Tally(stored, -1);

    /// <summary>The page whose turn it is to leave.</summary>
    public HotPage? TryDequeue() => _queue.TryDequeue();

    /// <summary>Takes away the page that is being filled.</summary>
    public HotPage? TakeOpen()
    {
        HotPage? page = _open;
        _open = null;
        return page;
    }

    private void Tally(StoredFrame stored, int sign)
    {
        Entries += sign;
        PlainBytes += sign * HotPage.Rounded(stored.FrameBytes);
        StoredBytes += sign * HotPage.Rounded(stored.Bytes.Length);
    }
}
