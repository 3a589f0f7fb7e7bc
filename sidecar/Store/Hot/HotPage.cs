using Thermocline.Store.Accounting;
using Thermocline.Store.Format;
using Thermocline.Store.Native;

namespace Thermocline.Store.Hot;

/// <summary>
/// A page of the hot tier: frames one after another, 16-byte aligned, all as they are or all as <see cref="StoredFrame"/>s.
/// Its memory is used again, or given back, only when no reader's lane names it.
/// </summary>
internal sealed unsafe class HotPage(int ordinal, int bytes, MemoryAccount account) : IDisposable
{
    public const int UnitBytes = 16;
    public const int UnitBits = 17;
    private const uint UnitMask = (1u << UnitBits) - 1;
    private readonly NativeChunk _memory = new(bytes, account);
    private byte* _base;
    private int _touched;
    private volatile bool _lends = true;
    private volatile bool _compressed;
    private volatile bool _retired;

    public int Ordinal { get; } = ordinal;

    public int Bytes => _memory.Bytes;

    /// <summary>Bytes filled.</summary>
    public int Used { get; private set; }

    /// <summary>Whether this page belongs to the main queue rather than the small one.</summary>
    public bool IsMain { get; set; }

    /// <summary>
    /// Whether a reader that holds the page may look at its frames in place: they lie in it as they are, and it is not about
    /// to go. One flag for both, because every read in RAM asks.
    /// </summary>
    public bool Lends => _lends;

    /// <summary>Whether it holds stored frames. A reader asks after it has held the page and seen the slot unchanged.</summary>
    public bool IsCompressed => _compressed;

    /// <summary>Set before the memory goes: a reader that held the page too late must not look at it.</summary>
    public bool IsRetired => _retired;

    /// <summary>The page behind it in its queue.</summary>
    public HotPage? Behind { get; set; }

    /// <summary>Whether its frames are being compressed at this moment, outside the lock: its memory must stay.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Whether it goes back to the system once it is empty.</summary>
    public bool Leaves { get; set; }

    /// <summary>How far its frames have been compressed, in bytes.</summary>
    public int Compressed { get; set; }

    /// <summary>Numbers of the dictionaries its frames were compressed with, as bits.</summary>
    public ulong Dictionaries { get; private set; }

    /// <summary>Appends a frame, or a stored one, and returns its hot place, or 0 when it does not fit.</summary>
    public uint TryAppend(ReadOnlySpan<byte> frame)
    {
        int size = Rounded(frame.Length);
        if (Used + size > Bytes)
            return 0;
        _base = _memory.Base;
        frame.CopyTo(new Span<byte>(_base + Used, frame.Length));
        uint place = PlaceOf(Used);
        Used += size;
        if (_compressed)
            Dictionaries |= 1UL << new StoredFrame(frame).Dictionary;
        return place;
    }

    /// <summary>Bytes that a frame of a length takes.</summary>
    public static int Rounded(int length) => (length + UnitBytes - 1) & ~(UnitBytes - 1);

    /// <summary>The hot place of what begins at an offset.</summary>
    public uint PlaceOf(int offset) => ((uint)Ordinal << UnitBits) | (uint)(offset / UnitBytes);

    /// <summary>The offset of a hot place.</summary>
    public static int OffsetOf(uint place) => (int)(place & UnitMask) * UnitBytes;

    /// <summary>First byte of the frame at a hot place. The page must be held, or nobody else may evict it.</summary>
    public byte* At(uint place) => _base + OffsetOf(place);

    /// <summary>The frame at a hot place, under the same rule.</summary>
    public Frame FrameAt(uint place)
    {
        byte* start = At(place);
        return new Frame(new ReadOnlySpan<byte>(start, FrameFields.TotalBytes(in *start)));
    }

    /// <summary>The stored frame at a hot place of a compressed page, under the same rule.</summary>
    public StoredFrame StoredAt(uint place)
    {
        byte* start = At(place);
        return new StoredFrame(new ReadOnlySpan<byte>(start, StoredFrame.LengthOf(new ReadOnlySpan<byte>(start, UnitBytes))));
    }

    /// <summary>What lies at a hot place, whatever it is, under the same rule.</summary>
    public ReadOnlySpan<byte> BytesAt(uint place) => _compressed ? StoredAt(place).Bytes : FrameAt(place).Bytes;

    /// <summary>Takes stored frames from now on. Before any slot names a place of it.</summary>
    public void BecomeCompressed()
    {
        _lends = false;
        _compressed = true;
        IsMain = true;
    }

    /// <summary>Starts afresh. Nobody may hold it.</summary>
    public void Reset()
    {
        _touched = Math.Max(_touched, Used);
        Used = 0;
        Compressed = 0;
        Dictionaries = 0;
        Leaves = false;
        _compressed = false;
        _lends = !_retired;
    }

    /// <summary>Writes to what was never written to: only then does the kernel give the memory. For an empty page.</summary>
    public void TakeMemory()
    {
        new Span<byte>(_memory.Base + _touched, Bytes - _touched).Clear();
        _touched = Bytes;
    }

    /// <summary>Tells readers that the memory is about to go.</summary>
    public void Retire()
    {
        _retired = true;
        _lends = false;
    }

    /// <summary>Gives the memory back to the system. Nobody may hold it.</summary>
    public void Dispose()
    {
        Retire();
        _memory.Dispose();
    }
}
