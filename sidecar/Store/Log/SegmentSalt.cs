using System.Security.Cryptography;

namespace Thermocline.Store.Log;

/// <summary>What a file of the log seeds its checksums with: random, so that no other file's bytes pass for its own.</summary>
internal static class SegmentSalt
{
    public static ulong Next()
    {
        Span<byte> salt = stackalloc byte[8];
        RandomNumberGenerator.Fill(salt);
        return BitConverter.ToUInt64(salt);
    }
}
