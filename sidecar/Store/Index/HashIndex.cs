using Thermocline.Store.Accounting;
using Thermocline.Store.Format;
using Thermocline.Store.Native;

namespace Thermocline.Store.Index;

/// <summary>
/// Extendible hash table from the tag of a key to the place of its last frame, 16 bytes a slot, outside the managed heap.
/// Readers take no lock: a slot's words are read and written whole, keys are verified in the frame, and the version tells
/// a walk that found nothing whether a split moved slots under it. Everything that changes slots runs under the store's
/// mutation lock. Pages of a snapshot are loaded when first asked for.
/// </summary>
internal sealed unsafe class HashIndex
{
    /// <summary>2^24 pages of about 160 keys: the limit of one store.</summary>
    public const int DepthMax = 24;

    private const int PagesPerChunk = NativeChunk.LargePageBytes / IndexPage.Bytes;
    private const int FirstChunkPages = 16;
    private readonly Lock _loading = new();
    private readonly List<NativeChunk> _chunks = [];
    private readonly IndexSnapshotFile? _snapshot;
    private readonly MemoryAccount _account;

    // An entry is the address of a page, or (number of the page in the snapshot << 1) | 1 while it is not loaded.
    private nint[] _directory;
    private int _depth;
    private long _version;
    private int _chunkUsed;
    private long _bytes;

    public HashIndex(MemoryAccount account)
    {
        _account = account;
        _directory = new nint[1];
        byte* page = NewPage();
        _directory[0] = (nint)page;
    }

    public HashIndex(IndexSnapshotFile snapshot, MemoryAccount account)
    {
        _account = account;
        _snapshot = snapshot;
        _depth = snapshot.Header.Depth;
        _directory = snapshot.Entries;
        Count = snapshot.Header.LiveKeys;
    }

    /// <summary>Live keys.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of memory held.</summary>
    public long Bytes => Volatile.Read(ref _bytes) + ((long)_directory.Length * sizeof(long));

    /// <summary>
    /// The bucket where the walk for a tag begins, or null when its page is not loaded. What is found there counts only when
    /// the frame has the key; what is not found there says nothing, because slots may be moving.
    /// </summary>
    public byte* FirstBucket(ulong tag)
    {
        nint entry = EntryOf(tag);
        return (entry & 1) != 0 ? null : IndexPage.Bucket((byte*)entry, IndexPage.Home(tag));
    }

    /// <summary>Starts a walk over the slots that could hold the tag.</summary>
    /// <exception cref="StoreException">Damaged: the page of the snapshot failed its checksum.</exception>
    public IndexProbe Begin(ulong tag)
    {
        while (true)
        {
            long version = Volatile.Read(ref _version);
            nint entry = EntryOf(tag);
            if ((version & 1) != 0)
            {
                Thread.SpinWait(1);
                continue;
            }

            if ((entry & 1) != 0)
            {
                Load(tag);
                continue;
            }

            return new IndexProbe
            {
                Page = (byte*)entry,
                Next = IndexPage.Home(tag),
                Left = IndexPage.Buckets,
                Tag = tag,
                Version = version,
            };
        }
    }

    /// <summary>Goes on to the next slot whose tag matches; false at the end of the walk.</summary>
    public static bool Next(ref IndexProbe probe)
    {
        while (true)
        {
            while (probe.Matches != 0)
            {
                ulong* slot = (ulong*)probe.Bucket + System.Numerics.BitOperations.TrailingZeroCount(probe.Matches);
                probe.Matches &= probe.Matches - 1;
                // Read again, word by word: the comparison looked at all of them at once.
                ulong word1 = Volatile.Read(ref slot[1]);
                ulong word0 = Volatile.Read(ref slot[0]);
                if (IndexPage.TagOf(word0, word1) != probe.Tag || IndexPage.IsDeleted(word1))
                    continue;
                probe.Slot = slot;
                probe.Word1 = word1;
                probe.Address = IndexPage.AddressOf(word0);
                return true;
            }

            if (probe.Left == 0 || (probe.Bucket != null && IndexPage.HasEmpty(probe.Bucket)))
                return false;
            probe.Bucket = IndexPage.Bucket(probe.Page, probe.Next);
            probe.Matches = IndexPage.Match(probe.Bucket, probe.Tag);
            probe.Next = probe.Next + 1 == IndexPage.Buckets ? 0 : probe.Next + 1;
            probe.Left--;
        }
    }

    /// <summary>Whether no slot was moved since the walk began: only then does an empty walk mean that the key is absent.</summary>
    public bool IsUnmoved(in IndexProbe probe) => Volatile.Read(ref _version) == probe.Version;

    /// <summary>Adds an entry. Mutation lock held.</summary>
    /// <exception cref="StoreException">Full: the index has its largest size.</exception>
    public ulong* Insert(ulong tag, Address address, uint hot)
    {
        byte* page = PageOf(tag);
        while (IndexPage.Used(page) >= IndexPage.UsedMax)
        {
            if (IndexPage.Deleted(page) >= IndexPage.Used(page) / 4)
                Rehash(page);
            else
                Split(tag, page);
            page = PageOf(tag);
        }

        Count++;
        return IndexPage.Place(page, tag, IndexPage.Word0(tag, address), IndexPage.Word1(tag, hot, 0));
    }

    /// <summary>Gives an entry a new address. Mutation lock held.</summary>
    public static void Move(ulong* slot, ulong tag, Address address, uint hot)
    {
        Volatile.Write(ref slot[0], IndexPage.Word0(tag, address));
        Volatile.Write(ref slot[1], IndexPage.Word1(tag, hot, 0));
    }

    /// <summary>Removes an entry. Mutation lock held.</summary>
    public void Remove(ulong* slot, ulong tag)
    {
        Volatile.Write(ref slot[1], (ulong)IndexPage.HotDeleted << 32);
        IndexPage.Deleted(PageOf(tag))++;
        Count--;
    }

    /// <summary>The slot of a tag that points to this place in the hot tier, or null. Mutation lock held.</summary>
    public ulong* FindHot(ulong tag, uint hot)
    {
        IndexProbe probe = Begin(tag);
        while (Next(ref probe))
        {
            if (probe.Hot == hot)
                return probe.Slot;
        }

        return null;
    }

    /// <summary>Bits of the tag that the directory uses: it has 2^depth entries.</summary>
    public int Depth => _depth;

    /// <summary>Whether a directory entry names the same page as the one before it. Mutation lock held.</summary>
    public bool IsAlias(int entry) => entry > 0 && _directory[entry] == _directory[entry - 1];

    /// <summary>Copies the page of a directory entry; a page that was never asked for comes from the snapshot.</summary>
    public void CopyPage(int entry, Span<byte> destination)
    {
        nint value = _directory[entry];
        if ((value & 1) != 0)
            _snapshot!.ReadPage((int)(value >> 1), destination);
        else
            new ReadOnlySpan<byte>((void*)value, IndexPage.Bytes).CopyTo(destination);
    }

    /// <summary>The directory entry of a tag. The depth comes from the array that is read, not from the field beside it.</summary>
    private nint EntryOf(ulong tag)
    {
        nint[] directory = Volatile.Read(ref _directory);
        int depth = System.Numerics.BitOperations.Log2((uint)directory.Length);
        return Volatile.Read(ref directory[(int)(tag >> (Tags.Bits - depth))]);
    }

    private byte* PageOf(ulong tag)
    {
        while (true)
        {
            nint entry = EntryOf(tag);
            if ((entry & 1) == 0)
                return (byte*)entry;
            Load(tag);
        }
    }

    private void Load(ulong tag)
    {
        lock (_loading)
        {
            nint[] directory = _directory;
            int first = (int)(tag >> (Tags.Bits - _depth));
            nint entry = directory[first];
            if ((entry & 1) == 0)
                return;
            byte* page = NewPage();
            _snapshot!.ReadPage((int)(entry >> 1), new Span<byte>(page, IndexPage.Bytes));
            int aliases = 1 << (_depth - IndexPage.Depth(page));
            first &= ~(aliases - 1);
            for (int i = first; i < first + aliases; i++)
                Volatile.Write(ref directory[i], (nint)page);
        }
    }

    /// <summary>Writes the entries of a page again, leaving the deleted ones out.</summary>
    private void Rehash(byte* page)
    {
        byte* copy = stackalloc byte[IndexPage.Bytes];
        Buffer.MemoryCopy(page, copy, IndexPage.Bytes, IndexPage.Bytes);
        BeginMove();
        Clear(page);
        Refill(copy, tag => page);
        EndMove();
    }

    /// <summary>Divides a page in two by the next bit of the tags.</summary>
    private void Split(ulong tag, byte* page)
    {
        int depth = IndexPage.Depth(page);
        if (depth == DepthMax)
            throw new StoreException(StoreFault.Full, "The index has reached its largest size.");
        byte* copy = stackalloc byte[IndexPage.Bytes];
        Buffer.MemoryCopy(page, copy, IndexPage.Bytes, IndexPage.Bytes);
        lock (_loading)
        {
            byte* other = NewPage();
            BeginMove();
            if (depth == _depth)
                DoubleDirectory();
            int aliases = 1 << (_depth - depth);
            int first = (int)(tag >> (Tags.Bits - _depth)) & ~(aliases - 1);
            for (int i = first + (aliases / 2); i < first + aliases; i++)
                _directory[i] = (nint)other;
            Clear(page);
            IndexPage.Depth(page) = IndexPage.Depth(other) = (byte)(depth + 1);
            int bit = Tags.Bits - 1 - depth;
            Refill(copy, entry => ((entry >> bit) & 1) == 0 ? page : other);
            EndMove();
        }
    }

    private delegate byte* PageChoice(ulong tag);

    private static void Refill(byte* copy, PageChoice pageFor)
    {
        for (int i = 0; i < IndexPage.Slots; i++)
        {
            ulong* slot = IndexPage.Slot(copy, i);
            if (IndexPage.IsEmpty(slot[1]) || IndexPage.IsDeleted(slot[1]))
                continue;
            ulong tag = IndexPage.TagOf(slot[0], slot[1]);
            IndexPage.Place(pageFor(tag), tag, slot[0], slot[1]);
        }
    }

    private static void Clear(byte* page)
    {
        new Span<byte>(page + IndexPage.HeaderBytes, IndexPage.Bytes - IndexPage.HeaderBytes).Clear();
        IndexPage.Used(page) = 0;
        IndexPage.Deleted(page) = 0;
    }

    private void DoubleDirectory()
    {
        nint[] old = _directory;
        var doubled = new nint[old.Length * 2];
        for (int i = 0; i < old.Length; i++)
            doubled[2 * i] = doubled[(2 * i) + 1] = old[i];
        _depth++;
        Volatile.Write(ref _directory, doubled);
    }

    // Odd while slots are between two places; readers wait it out. The full fences keep slot writes inside.
    private void BeginMove() => Interlocked.Increment(ref _version);

    private void EndMove() => Interlocked.Increment(ref _version);

    private byte* NewPage()
    {
        // A small store takes a small first chunk: an empty store must not cost megabytes.
        if (_chunks.Count == 0 || _chunkUsed == _chunks[^1].Bytes / IndexPage.Bytes)
        {
            _chunks.Add(new NativeChunk((_chunks.Count == 0 ? FirstChunkPages : PagesPerChunk) * IndexPage.Bytes, _account));
            _bytes += _chunks[^1].Bytes;
            _chunkUsed = 0;
        }

        return _chunks[^1].Base + ((nint)_chunkUsed++ * IndexPage.Bytes);
    }
}
