using Thermocline.Store.Accounting;
using Thermocline.Store.Format;
using Thermocline.Store.Index;

namespace Thermocline.Store.Hot;

/// <summary>
/// Frames in RAM, bounded in bytes. Two first-in-first-out queues of pages in the manner of S3-FIFO (Yang et al., SOSP
/// 2023): new frames enter the small queue, a tenth of the pages; a frame read again before its page comes round moves to
/// the main queue; frames seen once leave, so a scan never displaces what is used. A key that left the small queue is
/// remembered in its index slot for a while and enters the main queue at its next read. All members but <see cref="PageOf"/> and
/// <see cref="Touch"/> run under the store's mutation lock.
/// </summary>
internal sealed unsafe class HotTier
{
    public const int OrdinalMax = (1 << (32 - HotPage.UnitBits)) - 2;
    private const int UseMax = 3;
    private const byte UseMask = 3;
    private const byte Ghost = 4;
    private const int EpochShift = 3;
    private const int EpochMask = 31;
    private const int SmallShare = 10;
    private readonly HashIndex _index;
    private readonly KeyHash _hash;
    private readonly MemoryAccount _account;
    private readonly Queue<HotPage> _small = new();
    private readonly Queue<HotPage> _main = new();
    private readonly Stack<HotPage> _free = new();
    private readonly List<HotPage> _waiting = [];
    private readonly Stack<int> _ordinals = new();
    private readonly int _pageBytes;

    // Index = ordinal; replaced whole when it grows, so that readers need no lock.
    private HotPage?[] _pages = new HotPage?[16];
    private HotPage? _openSmall;
    private HotPage? _openMain;
    private int _ordinalNext = 1;
    private int _count;
    private int _pagesMax;
    private int _emptied;
    private int _epoch;

    public HotTier(long bytes, HashIndex index, KeyHash hash, MemoryAccount account)
    {
        _account = account;
        _index = index;
        _hash = hash;
        Lanes = new ReaderLanes(this);
        _pageBytes = (int)Math.Clamp(
            (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes / 32 + 1), 64 << 10, 2 << 20);
        Limit = bytes;
    }

    /// <summary>The threads that read.</summary>
    public ReaderLanes Lanes { get; }

    /// <summary>Bytes of RAM that the pages may take.</summary>
    public long Limit
    {
        get;
        set
        {
            field = value;
            _pagesMax = (int)Math.Min(value / _pageBytes, OrdinalMax);
        }
    }

    public long Bytes => (long)Volatile.Read(ref _count) * _pageBytes;

    public long Entries { get; private set; }

    public long Evictions { get; private set; }

    /// <summary>Largest frame that is kept: half a page.</summary>
    public int FrameBytesMax => _pageBytes / 2;

    /// <summary>The page of a hot place, or null when it was given back meanwhile.</summary>
    public HotPage? PageOf(uint place)
    {
        HotPage?[] pages = Volatile.Read(ref _pages);
        uint ordinal = place >> HotPage.UnitBits;
        return ordinal < (uint)pages.Length ? pages[ordinal] : null;
    }

    /// <summary>Notes a use in the slot. A lost race with another reader loses one count, nothing else.</summary>
    public static void Touch(ulong* slot, ulong word1)
    {
        if (((byte)word1 & UseMask) < UseMax)
            *(byte*)(slot + 1) = (byte)(word1 + 1);
    }

    /// <summary>Keeps a copy of the frame; 0 when it is too large or no page can be had.</summary>
    public uint Insert(ReadOnlySpan<byte> frame, bool seenBefore)
    {
        if (frame.Length > FrameBytesMax || _pagesMax < 3)
            return 0;
        uint place = seenBefore ? Append(frame, ref _openMain, _main) : Append(frame, ref _openSmall, _small);
        if (place != 0)
            Entries++;
        return place;
    }

    /// <summary>
    /// Whether the slot's key left the hot tier within the last turnover of its pages or so. Time is counted in half
    /// turnovers, in five bits: one key in sixteen that left long ago is taken for one that left just now.
    /// </summary>
    public bool IsGhost(ulong word1) =>
        ((byte)word1 & Ghost) != 0 && ((_epoch - ((byte)word1 >> EpochShift)) & EpochMask) <= 1;

    /// <summary>Notes that the index no longer points to a hot place: its frame was replaced or deleted.</summary>
    public void Forget(uint place)
    {
        if (place != 0)
            Entries--;
    }

    /// <summary>Gives pages back until the limit holds.</summary>
    public void Shrink()
    {
        ReclaimWaiting();
        while (_count > _pagesMax && (_free.Count > 0 || EvictOne(keepUsed: false)))
        {
            while (_count > _pagesMax && _free.TryPop(out HotPage? page))
                Remove(page);
        }
    }

    /// <summary>Gives every page back; readers that still look at one keep it until they are done.</summary>
    public void Close()
    {
        HotPage?[] pages = _pages;
        foreach (HotPage? page in pages)
            page?.Retire();
        Volatile.Write(ref _pages, []);
        Volatile.Write(ref _count, 0);
        _pagesMax = 0;
        Interlocked.MemoryBarrierProcessWide();
        foreach (HotPage? page in pages)
        {
            // A page that a lease still looks at goes with the last of them, by its finalizer.
            if (page is null)
                continue;
            if (Lanes.IsHeld(page.Ordinal))
                _waiting.Add(page);
            else
                page.Dispose();
        }
    }

    private uint Append(ReadOnlySpan<byte> frame, ref HotPage? open, Queue<HotPage> queue)
    {
        uint place = open?.TryAppend(frame) ?? 0;
        if (place != 0)
            return place;
        // Taking a page may evict into the main queue, and so replace the open page we came with.
        HotPage? page = TakePage();
        if (page is null)
            return 0;
        if (open is not null)
        {
            place = open.TryAppend(frame);
            if (place != 0)
            {
                _free.Push(page);
                return place;
            }

            queue.Enqueue(open);
        }

        page.IsMain = ReferenceEquals(queue, _main);
        open = page;
        return page.TryAppend(frame);
    }

    /// <summary>A free page; one is always held back for the frames that an eviction moves to the main queue.</summary>
    private HotPage? TakePage()
    {
        ReclaimWaiting();
        for (int tries = 0; tries < 4; tries++)
        {
            if (_free.Count > 1)
                return _free.Pop();
            if (_count < _pagesMax)
            {
                Grow();
                continue;
            }

            if (!EvictOne(keepUsed: true))
                break;
        }

        return _free.Count > 1 ? _free.Pop() : null;
    }

    private void Grow()
    {
        int ordinal = _ordinals.TryPop(out int used) ? used : _ordinalNext++;
        if (ordinal >= _pages.Length)
        {
            var larger = new HotPage?[Math.Max(ordinal + 1, _pages.Length * 2)];
            _pages.CopyTo(larger, 0);
            Volatile.Write(ref _pages, larger);
        }

        var page = new HotPage(ordinal, _pageBytes, _account);
        _pages[ordinal] = page;
        _free.Push(page);
        Volatile.Write(ref _count, _count + 1);
    }

    private void Remove(HotPage page)
    {
        _pages[page.Ordinal] = null;
        _ordinals.Push(page.Ordinal);
        page.Dispose();
        Volatile.Write(ref _count, _count - 1);
    }

    /// <summary>Empties the page whose turn it is. False when no page is left to empty.</summary>
    private bool EvictOne(bool keepUsed)
    {
        bool fromSmall = _small.Count > 0 && (_main.Count == 0 || _small.Count * SmallShare > _count);
        Queue<HotPage> queue = fromSmall ? _small : _main;
        if (!queue.TryDequeue(out HotPage? page))
        {
            page = _openSmall ?? _openMain;
            if (page is null)
                return false;
            if (ReferenceEquals(page, _openSmall))
                _openSmall = null;
            else
                _openMain = null;
        }

        Empty(page, keepUsed);
        if (Lanes.IsHeld(page.Ordinal))
            _waiting.Add(page);
        else
            Free(page);
        return true;
    }

    /// <summary>Takes every frame of the page out of the index, moving the used ones to the main queue.</summary>
    private void Empty(HotPage page, bool keepUsed)
    {
        // A page that gives up less than half of itself would make eviction run in circles.
        int keepBytes = keepUsed ? page.IsMain ? _pageBytes / 2 : _pageBytes : 0;
        if (++_emptied > _pagesMax / 2)
        {
            _emptied = 0;
            _epoch = (_epoch + 1) & EpochMask;
        }

        byte ghost = (byte)(Ghost | (_epoch << EpochShift));
        int at = 0;
        while (at < page.Used)
        {
            uint place = ((uint)page.Ordinal << HotPage.UnitBits) | (uint)(at / HotPage.UnitBytes);
            Frame frame = page.FrameAt(place);
            int size = (frame.Bytes.Length + HotPage.UnitBytes - 1) & ~(HotPage.UnitBytes - 1);
            at += size;
            ulong tag = _hash.Tag(frame.Key);
            ulong* slot = _index.FindHot(tag, place);
            if (slot is null)
                continue;
            ulong word1 = slot[1];
            int use = (byte)word1 & UseMask;
            uint moved = use > 0 && size <= keepBytes ? MoveToMain(frame.Bytes) : 0;
            byte next = moved == 0 ? ghost : page.IsMain ? (byte)(use - 1) : (byte)0;
            Volatile.Write(ref slot[1], IndexPage.Word1(tag, moved, next));
            if (moved != 0)
            {
                keepBytes -= size;
                continue;
            }

            Entries--;
            Evictions++;
        }

        // Readers name the page in their lane, then look at the slot again, with no fence between the two. This barrier
        // runs on every processor: a reader it comes before sees the slot changed; one it comes after has shown its lane.
        Interlocked.MemoryBarrierProcessWide();
    }

    private uint MoveToMain(ReadOnlySpan<byte> frame)
    {
        uint place = _openMain?.TryAppend(frame) ?? 0;
        if (place != 0 || !_free.TryPop(out HotPage? page))
            return place;
        if (_openMain is not null)
            _main.Enqueue(_openMain);
        page.IsMain = true;
        _openMain = page;
        return page.TryAppend(frame);
    }

    private void ReclaimWaiting()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            if (Lanes.IsHeld(_waiting[i].Ordinal))
                continue;
            Free(_waiting[i]);
            _waiting.RemoveAt(i);
        }
    }

    private void Free(HotPage page)
    {
        page.Reset();
        if (_count > _pagesMax)
            Remove(page);
        else
            _free.Push(page);
    }
}
