using System.Buffers;
using Thermocline.Store.Format;
using Thermocline.Store.Hot;

namespace Thermocline.Store;

/// <summary>
/// A record on loan. The spans are valid until <see cref="Dispose"/>; the type cannot outlive the stack frame or cross
/// an await, so memory is never held by accident. The spans of a lease whose <see cref="Found"/> is false are empty.
/// </summary>
public readonly ref struct ReadLease
{
    private readonly Frame _frame;
    private readonly ReaderLane? _lane;
    private readonly byte[]? _rented;
    private readonly int _hold;

    internal ReadLease(Frame frame, ReaderLane lane, int hold)
    {
        Tier = Tier.Hot;
        _frame = frame;
        _lane = lane;
        _hold = hold;
    }

    internal ReadLease(Tier tier, Frame frame, byte[] rented)
    {
        Tier = tier;
        _frame = frame;
        _rented = rented;
    }

    /// <summary>Whether the key has a live value.</summary>
    public bool Found => Tier != Tier.None;

    /// <summary>Where it was found.</summary>
    public Tier Tier { get; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value => Found ? _frame.Value : default;

    /// <summary>The bytes kept beside the value.</summary>
    public ReadOnlySpan<byte> Metadata => Found ? _frame.Metadata : default;

    /// <summary>The composed key.</summary>
    public ReadOnlySpan<byte> Key => Found ? _frame.Key : default;

    /// <summary>Sequence number: the etag.</summary>
    public ulong Sequence => Found ? _frame.Sequence : 0;

    /// <summary>When the record was written, milliseconds since 1970.</summary>
    public long WrittenAtMs => Found ? _frame.WrittenAtMs : 0;

    /// <summary>When the record ends, milliseconds since 1970, or 0 for never.</summary>
    public long ExpiresAtMs => Found ? _frame.ExpiresAtMs : 0;

    internal ReadOnlySpan<byte> Bytes => _frame.Bytes;

    /// <summary>Gives the memory back. Call it once.</summary>
    public void Dispose()
    {
        _lane?.Release(_hold);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }
}
