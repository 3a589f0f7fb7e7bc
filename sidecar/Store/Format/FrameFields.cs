using System.Runtime.CompilerServices;

namespace Thermocline.Store.Format;

/// <summary>
/// Fields of a frame whose header is known to be intact, read straight from its first byte: the form of
/// <see cref="Frame"/> for the read path, where a span's bounds were checked when the frame was taken in.
/// Little endian, like the format.
/// </summary>
internal static class FrameFields
{
    public static ulong Sequence(ref readonly byte frame) => At<ulong>(in frame, 8);

    public static int ValueLength(ref readonly byte frame) => At<int>(in frame, 16);

    public static int KeyLength(ref readonly byte frame) => At<ushort>(in frame, 20);

    public static int MetadataLength(ref readonly byte frame) => At<ushort>(in frame, 22);

    public static long WrittenAtMs(ref readonly byte frame) => At<long>(in frame, 28) & ((1L << 48) - 1);

    public static long ExpiresAtMs(ref readonly byte frame) => At<long>(in frame, 34) & ((1L << 48) - 1);

    public static int TotalBytes(ref readonly byte frame) =>
        Frame.SizeOf(KeyLength(in frame), MetadataLength(in frame), ValueLength(in frame));

    private static T At<T>(ref readonly byte frame, int offset) =>
        Unsafe.ReadUnaligned<T>(in Unsafe.Add(ref Unsafe.AsRef(in frame), offset));
}
