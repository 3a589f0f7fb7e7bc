namespace Thermocline.Store;

/// <summary>Where a value was found.</summary>
public enum Tier : byte
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>In RAM.</summary>
    Hot,

    /// <summary>In a local segment.</summary>
    Warm,
}

/// <summary>
/// A record on loan. The spans are valid until <see cref="Dispose"/>; the type cannot outlive the stack frame or cross
/// an await, so memory is never held by accident.
/// </summary>
public readonly ref struct ReadLease
{
    private readonly Hot.HotPage? _page;
    private readonly byte[]? _rented;

    internal ReadLease(Tier tier, ReadOnlySpan<byte> frame, Hot.HotPage? page, byte[]? rented)
    {
        Tier = tier;
        Frame = frame;
        _page = page;
        _rented = rented;
    }

    private ReadOnlySpan<byte> Frame { get; }

    /// <summary>Whether the key has a live value.</summary>
    public bool Found => Tier != Tier.None;

    /// <summary>Where it was found.</summary>
    public Tier Tier { get; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value => throw new NotSupportedException();

    /// <summary>The bytes kept beside the value.</summary>
    public ReadOnlySpan<byte> Metadata => throw new NotSupportedException();

    /// <summary>The composed key.</summary>
    public ReadOnlySpan<byte> Key => throw new NotSupportedException();

    /// <summary>Sequence number: the etag.</summary>
    public ulong Sequence => throw new NotSupportedException();

    /// <summary>When the record was written, milliseconds since 1970.</summary>
    public long WrittenAtMs => throw new NotSupportedException();

    /// <summary>When the record ends, milliseconds since 1970, or 0 for never.</summary>
    public long ExpiresAtMs => throw new NotSupportedException();

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
    }
}
