using Thermocline.Store.Accounting;
using Thermocline.Store.Format;
using Thermocline.Store.Index;

namespace Thermocline.Store.Hot;

/// <summary>
/// Frames in RAM, bounded in bytes. Two first-in-first-out queues of pages in the manner of S3-FIFO (Yang et al., SOSP
/// 2023): new frames enter the small queue, a tenth of the pages; a frame read again before its page comes round moves to
/// the main queue; frames seen once leave, so a scan never displaces what is used. A key that left the small queue is
/// remembered in its index slot for a while and enters the main queue at its next read. What <see cref="HotCompression"/>
/// takes from the front of a queue waits in a third one, before the main queue: it was the coldest when it was taken. All members
/// but <see cref="Touch"/> and <see cref="IsWorthRestoring"/> run under the store's mutation lock.
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
    private readonly PageQueue _small = new();
    private readonly PageQueue _main = new();
    private readonly PageQueue _skipped = new();
    private HotPage? _openSmall;
    private HotPage? _openMain;
    private HotPage? _source;
    private int _emptied;
    private int _epoch;

    /// <param name="bytes">Limit in bytes.</param>
    /// <param name="index">Names the frames.</param>
    /// <param name="hash">Of keys.</param>
    /// <param name="account">Pages are charged to it.</param>
    /// <param name="working">What compressing works with is charged to it.</param>
    public HotTier(long bytes, HashIndex index, KeyHash hash, MemoryAccount account, MemoryAccount working)
    {
        _index = index;
        _hash = hash;
        Lanes = new ReaderLanes(this);
        int pageBytes = (int)Math.Clamp(
            (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes / 32 + 1), 64 << 10, 2 << 20);
        Pages = new HotPages(pageBytes, Lanes, account);
        Compressed = new CompressedPages(Pages);
        Compression = new HotCompression(this, index, hash, working);
        Limit = bytes;
    }

    /// <summary>The store's mutation lock.</summary>
    public Lock Mutation { get; } = new();

    /// <summary>The threads that read.</summary>
    public ReaderLanes Lanes { get; }

    /// <summary>The memory.</summary>
    public HotPages Pages { get; }

    /// <summary>What of it is compressed.</summary>
    public CompressedPages Compressed { get; }

    /// <summary>Compresses it.</summary>
    public HotCompression Compression { get; }

    /// <summary>What compressed frames are read with.</summary>
    public HotDictionaries Dictionaries { get; } = new();

    /// <summary>Bytes of RAM that the pages may take.</summary>
    public long Limit
    {
        get;
        set
        {
            field = value;
            Pages.Max = (int)Math.Min(value / Pages.PageBytes, OrdinalMax);
        }
    }

    public long Bytes => (long)Pages.Count * Pages.PageBytes;

    public long Entries { get; private set; }

    public long Evictions { get; private set; }

    /// <summary>Largest frame that is kept: half a page.</summary>
    public int FrameBytesMax => Pages.PageBytes / 2;

    /// <summary>Pages of frames as they are whose turn to be compressed may come.</summary>
    public int SourcesMax => _main.Count + _small.Count + 3;

    /// <summary>Notes a use in the slot. A lost race with another reader loses one count, nothing else.</summary>
    public static void Touch(ulong* slot, ulong word1)
    {
        if (((byte)word1 & UseMask) < UseMax)
            *(byte*)(slot + 1) = (byte)(word1 + 1);
    }

    /// <summary>
    /// Whether a frame is read so often that it is worth its full size again: its page keeps it compressed, and its uses were
    /// halved when it was, so it was read twice at least since then. Undoing costs a read several times what the rest of it
    /// does; bringing the frame back costs that once.
    /// </summary>
    public bool IsWorthRestoring(uint place, ulong word1) =>
        ((byte)word1 & UseMask) == UseMax && Pages.PageOf(place) is { IsCompressed: true };

    /// <summary>Keeps a copy of the frame; 0 when it is too large or no page can be had.</summary>
    public uint Insert(ReadOnlySpan<byte> frame, bool seenBefore)
    {
        if (frame.Length > FrameBytesMax || Pages.Max < 3)
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
        if (place == 0)
            return;
        Entries--;
        if (Pages.PageOf(place) is { IsCompressed: true } page)
            Compressed.Forget(page.StoredAt(place));
    }

    /// <summary>Gives pages back until the limit holds.</summary>
    public void Shrink()
    {
        Pages.ReclaimWaiting();
        while (Pages.IsOver && (Pages.HasFree || EvictOne(keepUsed: false)))
            Pages.TrimFree();
        Pages.TrimSpare();
    }

    /// <summary>
    /// The page whose frames are compressed next, or null when there is none left: what is coldest of what is used first, the
    /// front of the main queue; then the small one, whose frames are young, and as a rule leave before they are read again.
    /// </summary>
    /// <param name="turn">Whether another page may begin. Otherwise only one that was begun before is gone on with.</param>
    public HotPage? Source(bool turn)
    {
        if (_source is null && turn)
        {
            _source = _main.TryDequeue() ?? _small.TryDequeue() ?? Take(ref _openMain) ?? Take(ref _openSmall);
        }

        return _source;
    }

    /// <summary>
    /// Puts a stored frame in the place of the raw one in the page that is being compressed, if it is still there. False when
    /// no page can be had.
    /// </summary>
    public bool Replace(ulong tag, uint place, ReadOnlySpan<byte> stored)
    {
        ulong* slot = _index.FindHot(tag, place);
        if (slot is null)
            return true;
        uint moved = Compressed.TryAppend(stored);
        if (moved == 0)
            return false;
        byte use = (byte)(((byte)slot[1] & UseMask) / 2);
        Volatile.Write(ref slot[1], IndexPage.Word1(tag, moved, use));
        return true;
    }

    /// <summary>Leaves a page as it is, at the front: compressing it is not worth while.</summary>
    public void SkipSource()
    {
        HotPage page = Take(ref _source)!;
        page.Compressed = 0;
        _skipped.Enqueue(page);
    }

    /// <summary>With another dictionary the pages that were skipped may be worth it.</summary>
    public void ReconsiderSkipped()
    {
        while (_skipped.TryDequeue() is { } page)
            (page.IsMain ? _main : _small).Enqueue(page);
    }

    /// <summary>Lets the page go whose frames are all compressed. A process-wide barrier came after the last of them.</summary>
    public void LeaveSource()
    {
        HotPage page = Take(ref _source)!;
        page.Leaves = true;
        Pages.PutBack(page);
    }

    /// <summary>Gives every page back; readers that still look at one keep it until they are done.</summary>
    public void Close() => Pages.Close();

    private uint Append(ReadOnlySpan<byte> frame, ref HotPage? open, PageQueue queue)
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
                Pages.Return(page);
                return place;
            }

            queue.Enqueue(open);
        }

        page.IsMain = ReferenceEquals(queue, _main);
        open = page;
        return page.TryAppend(frame);
    }

    private HotPage? TakePage()
    {
        Pages.ReclaimWaiting();
        for (int tries = 0; tries < 4; tries++)
        {
            if (Pages.TryTake() is { } page)
                return page;
            if (!Pages.TryGrow() && !EvictOne(keepUsed: true))
                break;
        }

        return Pages.TryTake();
    }

    /// <summary>Empties the page whose turn it is. False when no page is left to empty.</summary>
    private bool EvictOne(bool keepUsed)
    {
        HotPage? page = TakeColdest();
        if (page is null)
            return false;
        Empty(page, keepUsed);
        Pages.PutBack(page);
        return true;
    }

    private HotPage? TakeColdest()
    {
        // What is left of a page that is being compressed was at the front of its queue.
        if (_source is not null)
            return Take(ref _source);
        bool fromSmall = _main.Count + _skipped.Count + Compressed.Count == 0 || _small.Count * SmallShare > Pages.Count;
        HotPage? page = fromSmall ? _small.TryDequeue() : null;
        return page ?? _skipped.TryDequeue() ?? Compressed.TryDequeue() ?? _main.TryDequeue() ?? _small.TryDequeue()
            ?? Take(ref _openSmall) ?? Take(ref _openMain) ?? Compressed.TakeOpen();
    }

    private static HotPage? Take(ref HotPage? from)
    {
        HotPage? page = from;
        from = null;
        return page;
    }

    /// <summary>Takes every frame of the page out of the index, moving the used ones to the back of their queue.</summary>
    private void Empty(HotPage page, bool keepUsed)
    {
        // A page that gives up less than half of itself would make eviction run in circles.
        int keepBytes = keepUsed ? page.IsMain ? Pages.PageBytes / 2 : Pages.PageBytes : 0;
        if (++_emptied > Pages.Max / 2)
        {
            _emptied = 0;
            _epoch = (_epoch + 1) & EpochMask;
        }

        byte ghost = (byte)(Ghost | (_epoch << EpochShift));
        int at = 0;
        while (at < page.Used)
        {
            uint place = page.PlaceOf(at);
            ReadOnlySpan<byte> bytes = page.BytesAt(place);
            int size = HotPage.Rounded(bytes.Length);
            at += size;
            ulong tag = page.IsCompressed ? new StoredFrame(bytes).Tag : _hash.Tag(new Frame(bytes).Key);
            ulong* slot = _index.FindHot(tag, place);
            if (slot is null)
                continue;
            int use = (byte)slot[1] & UseMask;
            uint moved = use > 0 && size <= keepBytes ? Keep(page, bytes) : 0;
            byte next = moved == 0 ? ghost : page.IsMain ? (byte)(use - 1) : (byte)0;
            Volatile.Write(ref slot[1], IndexPage.Word1(tag, moved, next));
            if (page.IsCompressed)
                Compressed.Forget(new StoredFrame(bytes));
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

    private uint Keep(HotPage page, ReadOnlySpan<byte> bytes)
    {
        if (page.IsCompressed)
            return Compressed.TryAppend(bytes);
        uint place = _openMain?.TryAppend(bytes) ?? 0;
        if (place != 0 || Pages.TryTakeLast() is not { } free)
            return place;
        if (_openMain is not null)
            _main.Enqueue(_openMain);
        free.IsMain = true;
        _openMain = free;
        return free.TryAppend(bytes);
    }
}
