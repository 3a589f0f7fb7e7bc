using Thermocline.Store.Accounting;

namespace Thermocline.Store.Hot;

/// <summary>
/// The pages of the hot tier by their ordinals: which there are, which are free, which somebody still looks at. All members
/// but <see cref="PageOf"/> and <see cref="Count"/> run under the store's mutation lock.
/// </summary>
internal sealed class HotPages(int pageBytes, ReaderLanes lanes, MemoryAccount account)
{
    /// <summary>With fewer pages than this the tier has better uses for one than to hold it back.</summary>
    private const int PagesForSpare = 8;
    private readonly Stack<HotPage> _free = new();
    private readonly List<HotPage> _waiting = [];
    private readonly Stack<int> _ordinals = new();

    // Index = ordinal; replaced whole when it grows, so that readers need no lock.
    private HotPage?[] _pages = new HotPage?[16];
    private HotPage? _spare;
    private bool _keepsSpare;
    private int _ordinalNext = 1;
    private int _count;

    public int PageBytes => pageBytes;

    /// <summary>Pages that take memory.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Most pages there may be.</summary>
    public int Max { get; set; }

    /// <summary>Whether there are more than there may be.</summary>
    public bool IsOver => _count > Max;

    public bool HasFree => _free.Count > 0;

    /// <summary>Pages that left because their frames were compressed, since the store was opened.</summary>
    public long Left { get; private set; }

    /// <summary>The page of a hot place, or null when it was given back meanwhile.</summary>
    public HotPage? PageOf(uint place)
    {
        HotPage?[] pages = Volatile.Read(ref _pages);
        uint ordinal = place >> HotPage.UnitBits;
        return ordinal < (uint)pages.Length ? pages[ordinal] : null;
    }

    /// <summary>A free page; one is always held back for the frames that an eviction moves.</summary>
    public HotPage? TryTake() => _free.Count > 1 ? _free.Pop() : null;

    /// <summary>A free page, be it the last.</summary>
    public HotPage? TryTakeLast() => _free.TryPop(out HotPage? page) ? page : null;

    /// <summary>A page for compressed frames, out of memory that the tier has already: the spare one, else a free one.</summary>
    public HotPage? TryTakeSpare()
    {
        HotPage? page = _spare ?? TryTakeLast();
        _spare = null;
        page?.BecomeCompressed();
        return page;
    }

    /// <summary>Takes back a page that was not written to.</summary>
    public void Return(HotPage page) => _free.Push(page);

    /// <summary>Asks the system for one page more; false at the limit.</summary>
    /// <exception cref="StoreException">Full: the system has none.</exception>
    public bool TryGrow()
    {
        if (_count >= Max)
            return false;
        int ordinal = _ordinals.TryPop(out int used) ? used : _ordinalNext++;
        if (ordinal >= _pages.Length)
        {
            var larger = new HotPage?[Math.Max(ordinal + 1, _pages.Length * 2)];
            _pages.CopyTo(larger, 0);
            Volatile.Write(ref _pages, larger);
        }

        // Room for every page in every list is made when there is a page more: giving one back must not need memory.
        _free.EnsureCapacity(_count + 1);
        _waiting.EnsureCapacity(_count + 1);
        _ordinals.EnsureCapacity(_ordinalNext);
        var page = new HotPage(ordinal, pageBytes, account);
        _pages[ordinal] = page;
        Volatile.Write(ref _count, _count + 1);
        Free(page);
        return true;
    }

    /// <summary>Holds one page back from now on, so that compressing has where to begin when there is no memory left.</summary>
    public void KeepSpare()
    {
        _keepsSpare = true;
        if (_spare is not null || !WantsSpare)
            return;
        if (_free.Count > 1)
            Spare(_free.Pop());
        else
            TryGrow();
    }

    /// <summary>Takes in a page whose frames the index no longer names, once nobody looks at it.</summary>
    public void PutBack(HotPage page)
    {
        if (IsHeld(page))
            _waiting.Add(page);
        else
            Free(page);
    }

    /// <summary>Looks again at the pages that somebody looked at.</summary>
    public void ReclaimWaiting()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            HotPage page = _waiting[i];
            if (IsHeld(page))
                continue;
            _waiting.RemoveAt(i);
            Free(page);
        }
    }

    /// <summary>Gives free pages back while there are more than there may be.</summary>
    public void TrimFree()
    {
        while (_count > Max && _free.TryPop(out HotPage? page))
            Remove(page);
    }

    /// <summary>Gives even the spare page back when there is nothing else left to give.</summary>
    public void TrimSpare()
    {
        if (_count <= Max || _spare is null)
            return;
        Remove(_spare);
        _spare = null;
    }

    /// <summary>Numbers of the dictionaries that frames of all pages were compressed with, as bits.</summary>
    public ulong DictionariesInUse()
    {
        ulong numbers = 0;
        foreach (HotPage? page in _pages)
            numbers |= page?.Dictionaries ?? 0;
        return numbers;
    }

    /// <summary>Gives every page back; readers that still look at one keep it until they are done.</summary>
    public void Close()
    {
        HotPage?[] pages = _pages;
        foreach (HotPage? page in pages)
            page?.Retire();
        Volatile.Write(ref _pages, []);
        Volatile.Write(ref _count, 0);
        Max = 0;
        Interlocked.MemoryBarrierProcessWide();
        foreach (HotPage? page in pages)
        {
            // A page that a lease still looks at goes with the last of them, by its finalizer.
            if (page is null)
                continue;
            if (lanes.IsHeld(page.Ordinal))
                _waiting.Add(page);
            else
                page.Dispose();
        }
    }

    private bool WantsSpare => _keepsSpare && Max >= PagesForSpare;

    private bool IsHeld(HotPage page) => page.IsPinned || lanes.IsHeld(page.Ordinal);

    private void Free(HotPage page)
    {
        bool leaves = page.Leaves;
        page.Reset();
        if (_spare is null && WantsSpare && _count <= Max)
        {
            Spare(page);
        }
        else if (leaves || _count > Max)
        {
            Remove(page);
            Left += leaves ? 1 : 0;
        }
        else
        {
            _free.Push(page);
        }
    }

    private void Spare(HotPage page)
    {
        page.TakeMemory();
        _spare = page;
    }

    private void Remove(HotPage page)
    {
        _pages[page.Ordinal] = null;
        _ordinals.Push(page.Ordinal);
        page.Dispose();
        Volatile.Write(ref _count, _count - 1);
    }
}
