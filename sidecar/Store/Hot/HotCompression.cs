using Thermocline.Store.Accounting;
using Thermocline.Store.Compression;
using Thermocline.Store.Format;
using Thermocline.Store.Index;

namespace Thermocline.Store.Hot;

/// <summary>
/// Compresses what is hot in place: takes raw pages from the front of the queues, makes stored frames of their live frames in
/// compressed pages, and gives the raw pages back to the system. The lock that writers need is held to look up some frames and
/// to put them in their new place, never while they are compressed: the page is pinned meanwhile, and what was replaced,
/// deleted or evicted in between is left out. Nothing is allocated while it works: <see cref="Prepare"/> takes the encoder, its
/// digested dictionaries and its buffers, the tier holds one page back for the first compressed one, and every further
/// one is a raw page that was emptied before.
/// </summary>
internal sealed class HotCompression(HotTier tier, HashIndex index, KeyHash hash, MemoryAccount account) : IDisposable
{
    /// <summary>Frames that are looked up, or put in their place, while the lock is held.</summary>
    public const int BatchFrames = 32;

    /// <summary>Bytes of frames after which a batch is full; it has one frame at least.</summary>
    private const int BatchBytes = 64 << 10;
    private readonly Lock _working = new();
    private readonly Entry[] _batch = new Entry[BatchFrames];
    private HotCodec? _codec;
    private volatile bool _ended;

    /// <summary>Whether <see cref="Prepare"/> has been called.</summary>
    public bool IsPrepared => Volatile.Read(ref _codec) is not null;

    /// <summary>
    /// Takes what compressing needs, and the dictionaries of the collections, while there is memory. Cheap when nothing is new;
    /// does nothing while pages are being compressed.
    /// </summary>
    public void Prepare(IReadOnlyList<CollectionDictionary> dictionaries)
    {
        if (!_working.TryEnter())
            return;
        try
        {
            if (_ended)
                return;
            lock (tier.Mutation)
                tier.Pages.KeepSpare();
            if (_codec?.Has(dictionaries) == true)
                return;
            if (_codec is null)
                Volatile.Write(ref _codec, new HotCodec(tier.Dictionaries, HotCodec.Best, tier.FrameBytesMax, BatchBytes, account));
            _codec.Use(dictionaries, DictionariesInUse);
            lock (tier.Mutation)
                tier.ReconsiderSkipped();
        }
        finally
        {
            _working.Exit();
        }
    }

    /// <summary>
    /// Compresses until so many bytes are given back to the system, nothing is left, or it is cancelled; returns how many
    /// there were. Zero at once while another thread does it. A page that somebody still reads counts once they are done.
    /// </summary>
    /// <param name="bytes">How many.</param>
    /// <param name="goesOn">Whether it may go on; asked before every batch.</param>
    /// <param name="cancellation">Ends it.</param>
    public long Run(long bytes, Func<bool> goesOn, CancellationToken cancellation)
    {
        if (!_working.TryEnter())
            return 0;
        try
        {
            if (_ended || _codec is null)
                return 0;
            long before = tier.Pages.Left;
            long pages = (Math.Min(bytes, tier.Bytes) + tier.Pages.PageBytes - 1) / tier.Pages.PageBytes;
            // Pages that writers fill meanwhile do not count: they would keep this going for ever.
            int turns;
            lock (tier.Mutation)
                turns = tier.SourcesMax;
            while (tier.Pages.Left - before < pages && !_ended && goesOn() && !cancellation.IsCancellationRequested)
            {
                if (!Step(_codec, ref turns))
                    break;
            }

            return (tier.Pages.Left - before) * tier.Pages.PageBytes;
        }
        finally
        {
            _working.Exit();
        }
    }

    /// <summary>Ends what is under way, and gives back what was kept ready.</summary>
    public void Dispose()
    {
        _ended = true;
        lock (_working)
            _codec?.Dispose();
    }

    /// <summary>Compresses the next frames. False when there are none, or no page for them can be had.</summary>
    private bool Step(HotCodec codec, ref int turns)
    {
        HotPage? page = Gather(ref turns, out int count, out bool first);
        if (page is null)
            return false;
        long before = 0;
        int used = 0;
        for (int i = 0; i < count; i++)
        {
            ref Entry entry = ref _batch[i];
            Frame frame = page.FrameAt(entry.Place);
            entry.Length = codec.Encode(frame, entry.Tag, codec.Staging[used..]);
            used += entry.Length;
            before += frame.Bytes.Length;
        }

        // The first frames of a page speak for it: what hardly gets smaller is read faster as it is.
        if (first && used > before * StoredFrame.WorthwhileEighths / 8)
        {
            Skip(page);
            return true;
        }

        bool done = Publish(page, codec.Staging, count, out bool emptied);
        if (emptied)
            Leave(page);
        return done;
    }

    /// <summary>Finds the next live frames of the page whose turn it is, and pins it. Null when there is no page left.</summary>
    private unsafe HotPage? Gather(ref int turns, out int count, out bool first)
    {
        count = 0;
        first = false;
        lock (tier.Mutation)
        {
            HotPage? page = tier.Source(turns > 0);
            if (page is null)
                return null;
            page.IsPinned = true;
            first = page.Compressed == 0;
            turns -= first ? 1 : 0;
            int at = page.Compressed, bytes = 0;
            for (int looked = 0; looked < BatchFrames && at < page.Used; looked++)
            {
                uint place = page.PlaceOf(at);
                Frame frame = page.FrameAt(place);
                int length = frame.Bytes.Length;
                if (bytes > 0 && bytes + length > BatchBytes)
                    break;
                at += HotPage.Rounded(length);
                ulong tag = hash.Tag(frame.Key);
                if (index.FindHot(tag, place) is null)
                    continue;
                bytes += length;
                _batch[count++] = new Entry(tag, place);
            }

            page.Compressed = at;
            return page;
        }
    }

    /// <summary>Puts the stored frames in the place of the frames they were made from, where those are still the ones.</summary>
    private bool Publish(HotPage page, ReadOnlySpan<byte> staging, int count, out bool emptied)
    {
        lock (tier.Mutation)
        {
            page.IsPinned = false;
            emptied = false;
            // Evicted meanwhile: no slot names it any more.
            if (!ReferenceEquals(tier.Source(turn: false), page))
                return true;
            for (int i = 0; i < count; i++)
            {
                Entry entry = _batch[i];
                if (!tier.Replace(entry.Tag, entry.Place, staging[..entry.Length]))
                {
                    page.Compressed = HotPage.OffsetOf(entry.Place);
                    return false;
                }

                staging = staging[entry.Length..];
            }

            emptied = page.Compressed >= page.Used;
            return true;
        }
    }

    private void Skip(HotPage page)
    {
        lock (tier.Mutation)
        {
            page.IsPinned = false;
            if (ReferenceEquals(tier.Source(turn: false), page))
                tier.SkipSource();
        }
    }

    /// <summary>
    /// Lets an emptied page go. The barrier is the one of an eviction: a reader it comes before sees the slots changed, one it
    /// comes after has shown its lane.
    /// </summary>
    private void Leave(HotPage page)
    {
        Interlocked.MemoryBarrierProcessWide();
        lock (tier.Mutation)
        {
            tier.Pages.ReclaimWaiting();
            if (ReferenceEquals(tier.Source(turn: false), page))
                tier.LeaveSource();
        }
    }

    private ulong DictionariesInUse()
    {
        lock (tier.Mutation)
            return tier.Pages.DictionariesInUse();
    }

    private record struct Entry(ulong Tag, uint Place)
    {
        public int Length { get; set; }
    }
}
