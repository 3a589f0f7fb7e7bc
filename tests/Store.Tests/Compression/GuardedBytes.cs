namespace Thermocline.Store.Tests.Compression;

/// <summary>A stretch of bytes with a guard on both sides that tells whether somebody wrote outside.</summary>
internal sealed class GuardedBytes
{
    private const int GuardBytes = 64;
    private const byte Guard = 0xA5;
    private readonly byte[] _all;
    private readonly int _length;

    public GuardedBytes(int length)
    {
        _length = length;
        _all = new byte[length + (2 * GuardBytes)];
        Array.Fill(_all, Guard);
    }

    public Span<byte> Inside => _all.AsSpan(GuardBytes, _length);

    public bool IsIntact =>
        !_all.AsSpan(0, GuardBytes).ContainsAnyExcept(Guard) && !_all.AsSpan(GuardBytes + _length).ContainsAnyExcept(Guard);
}
