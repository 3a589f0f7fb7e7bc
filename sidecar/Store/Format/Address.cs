namespace Thermocline.Store.Format;

/// <summary>Place of a frame: segment number (24 bits) and offset in units of 8 bytes (24 bits). Grows with every write.</summary>
internal readonly record struct Address(ulong Packed) : IComparable<Address>
{
    public const int OffsetBits = 24;
    public const int UnitBytes = 8;
    public const int SegmentMax = (1 << 24) - 1;

    public static Address Of(int segment, long offset) => new(((ulong)segment << OffsetBits) | (ulong)(offset / UnitBytes));

    public static Address End { get; } = new(ulong.MaxValue);

    public int Segment => (int)(Packed >> OffsetBits);

    public long Offset => (long)(Packed & ((1UL << OffsetBits) - 1)) * UnitBytes;

    public int CompareTo(Address other) => Packed.CompareTo(other.Packed);

    public static bool operator <(Address left, Address right) => left.Packed < right.Packed;

    public static bool operator >(Address left, Address right) => left.Packed > right.Packed;

    public static bool operator <=(Address left, Address right) => left.Packed <= right.Packed;

    public static bool operator >=(Address left, Address right) => left.Packed >= right.Packed;
}
