using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Thermocline.Store.Format;
using Thermocline.Store.Hot;

namespace Thermocline.Store;

/// <summary>
/// A record on loan. The spans are valid until <see cref="Dispose"/>; the type cannot outlive the stack frame or cross
/// an await, so memory is never held by accident. The spans of a lease whose <see cref="Found"/> is false are empty.
/// </summary>
public readonly ref struct ReadLease
{
    // A reference and not a span: copying a span that was just written stops the processor from running ahead.
    private readonly ref readonly byte _frame;
    private readonly ReaderLane? _lane;
    private readonly byte[]? _rented;
    private readonly int _hold;

    internal ReadLease(ref readonly byte frame, ReaderLane lane, int hold)
    {
        _frame = ref frame;
        _lane = lane;
        _hold = hold;
        Tier = Tier.Hot;
    }

    internal ReadLease(Tier tier, byte[] rented)
    {
        _frame = ref MemoryMarshal.GetArrayDataReference(rented);
        _rented = rented;
        Tier = tier;
    }

    /// <summary>Whether the key has a live value.</summary>
    public bool Found => Tier != Tier.None;

    /// <summary>Where it was found.</summary>
    public Tier Tier { get; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value =>
        Found ? Part(Frame.HeaderBytes + KeyLength + MetadataLength, FrameFields.ValueLength(in _frame)) : default;

    /// <summary>The bytes kept beside the value.</summary>
    public ReadOnlySpan<byte> Metadata => Found ? Part(Frame.HeaderBytes + KeyLength, MetadataLength) : default;

    /// <summary>The composed key.</summary>
    public ReadOnlySpan<byte> Key => Found ? Part(Frame.HeaderBytes, KeyLength) : default;

    /// <summary>Sequence number: the etag.</summary>
    public ulong Sequence => Found ? FrameFields.Sequence(in _frame) : 0;

    /// <summary>When the record was written, milliseconds since 1970.</summary>
    public long WrittenAtMs => Found ? FrameFields.WrittenAtMs(in _frame) : 0;

    /// <summary>When the record ends, milliseconds since 1970, or 0 for never.</summary>
    public long ExpiresAtMs => Found ? FrameFields.ExpiresAtMs(in _frame) : 0;

    /// <summary>The whole frame.</summary>
    internal ReadOnlySpan<byte> Bytes => Part(0, FrameFields.TotalBytes(in _frame));

    private int KeyLength => FrameFields.KeyLength(in _frame);

    private int MetadataLength => FrameFields.MetadataLength(in _frame);

    /// <summary>Gives the memory back. Call it once.</summary>
    public void Dispose()
    {
        _lane?.Release(_hold);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }

    /// <summary>A thread with many leases at once gets copies: its last hold stays free for the next read.</summary>
    internal static ReadLease CopyOf(Frame frame, ReaderLane lane, int hold)
    {
        int length = frame.Bytes.Length;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        frame.Bytes.CopyTo(rented);
        lane.Release(hold);
        return new ReadLease(Tier.Hot, rented);
    }

    /// <summary>The lease, or, given back, none when the record has ended.</summary>
    internal ReadLease UnlessExpired(long nowMs)
    {
        long end = ExpiresAtMs;
        if (end == 0 || end > nowMs)
            return this;
        Dispose();
        return default;
    }

    private ReadOnlySpan<byte> Part(int start, int length) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Unsafe.AsRef(in _frame), start), length);
}
