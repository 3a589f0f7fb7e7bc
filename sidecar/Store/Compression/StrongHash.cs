using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Thermocline.Store.Compression;

/// <summary>Names a value by its bytes: equal hashes are taken for equal values, so chance and malice must not make them.</summary>
internal static class StrongHash
{
    /// <summary>The first 16 bytes of the SHA-256, little endian.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> value)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
