using Thermocline.Store.Accounting;
using Thermocline.Store.Format;
using Thermocline.Store.Native;

namespace Thermocline.Store.Hot;

/// <summary>
/// A page of the hot tier: frames one after another, 16-byte aligned. Its memory is used again, or given back, only when
/// no reader's lane names it.
/// </summary>
internal sealed unsafe class HotPage(int ordinal, int bytes, MemoryAccount account) : IDisposable
{
    public const int UnitBytes = 16;
    public const int UnitBits = 17;
    private const uint UnitMask = (1u << UnitBits) - 1;
    private readonly NativeChunk _memory = new(bytes, account);
    private byte* _base;
    private volatile bool _retired;

    public int Ordinal { get; } = ordinal;

    public int Bytes => _memory.Bytes;

    /// <summary>Bytes filled.</summary>
    public int Used { get; private set; }

    /// <summary>Whether this page belongs to the main queue rather than the small one.</summary>
    public bool IsMain { get; set; }

    /// <summary>Set before the memory goes: a reader that held the page too late must not look at it.</summary>
    public bool IsRetired => _retired;

    /// <summary>Appends a frame and returns its hot place, or 0 when it does not fit.</summary>
    public uint TryAppend(ReadOnlySpan<byte> frame)
    {
        int size = (frame.Length + UnitBytes - 1) & ~(UnitBytes - 1);
        if (Used + size > Bytes)
            return 0;
        _base = _memory.Base;
        frame.CopyTo(new Span<byte>(_base + Used, frame.Length));
        uint place = ((uint)Ordinal << UnitBits) | (uint)(Used / UnitBytes);
        Used += size;
        return place;
    }

    /// <summary>First byte of the frame at a hot place. The page must be held, or nobody else may evict it.</summary>
    public byte* At(uint place) => _base + ((nint)(place & UnitMask) * UnitBytes);

    /// <summary>The frame at a hot place, under the same rule.</summary>
    public Frame FrameAt(uint place)
    {
        byte* start = At(place);
        return new Frame(new ReadOnlySpan<byte>(start, FrameFields.TotalBytes(in *start)));
    }

    /// <summary>Starts afresh. Nobody may hold it.</summary>
    public void Reset() => Used = 0;

    /// <summary>Tells readers that the memory is about to go.</summary>
    public void Retire() => _retired = true;

    /// <summary>Gives the memory back to the system. Nobody may hold it.</summary>
    public void Dispose()
    {
        _retired = true;
        _memory.Dispose();
    }
}
