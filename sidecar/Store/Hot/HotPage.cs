using Thermocline.Store.Format;
using Thermocline.Store.Native;

namespace Thermocline.Store.Hot;

/// <summary>
/// A page of the hot tier: frames one after another, 16-byte aligned. A reader pins the page while it looks at a frame;
/// the memory is used again, or given back, only when nobody does.
/// </summary>
internal sealed unsafe class HotPage(int ordinal, int bytes) : IDisposable
{
    public const int UnitBytes = 16;
    public const int UnitBits = 17;
    private const int Retired = int.MinValue / 2;
    private readonly NativeChunk _memory = new(bytes);
    private int _pins;

    public int Ordinal { get; } = ordinal;

    public int Bytes => _memory.Bytes;

    /// <summary>Bytes filled.</summary>
    public int Used { get; private set; }

    /// <summary>Whether this page belongs to the main queue rather than the small one.</summary>
    public bool IsMain { get; set; }

    public bool IsPinned => Volatile.Read(ref _pins) > 0;

    /// <summary>Keeps the memory in place; false when the page is being given back.</summary>
    public bool TryPin()
    {
        if (Interlocked.Increment(ref _pins) > 0)
            return true;
        Unpin();
        return false;
    }

    public void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) == Retired)
            _memory.Dispose();
    }

    /// <summary>Gives the memory back to the system as soon as the last pin is gone.</summary>
    public void Dispose()
    {
        if (Interlocked.Add(ref _pins, Retired) == Retired)
            _memory.Dispose();
    }

    /// <summary>Appends a frame and returns its hot place, or 0 when it does not fit.</summary>
    public uint TryAppend(ReadOnlySpan<byte> frame)
    {
        int size = (frame.Length + UnitBytes - 1) & ~(UnitBytes - 1);
        if (Used + size > Bytes)
            return 0;
        frame.CopyTo(new Span<byte>(_memory.Base + Used, frame.Length));
        uint place = ((uint)Ordinal << UnitBits) | (uint)(Used / UnitBytes);
        Used += size;
        return place;
    }

    /// <summary>The bytes from a hot place on. The page must be pinned, or nobody else may evict it.</summary>
    public ReadOnlySpan<byte> At(uint place)
    {
        int offset = (int)(place & ((1u << UnitBits) - 1)) * UnitBytes;
        return new ReadOnlySpan<byte>(_memory.Base + offset, Used - offset);
    }

    /// <summary>The bytes of the frame at a hot place.</summary>
    public Frame FrameAt(uint place)
    {
        ReadOnlySpan<byte> bytes = At(place);
        return new Frame(bytes[..new Frame(bytes).TotalBytes]);
    }

    /// <summary>Starts afresh. Nobody may have it pinned.</summary>
    public void Reset() => Used = 0;
}
