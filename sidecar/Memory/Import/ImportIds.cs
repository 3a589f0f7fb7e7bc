using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;

namespace Thermocline.Memory.Import;

/// <summary>
/// Identifiers of imported records. They follow from the file, the record's position in it, and the record itself, so
/// importing again finds every record in its place and writes nothing twice.
/// </summary>
internal static class ImportIds
{
    /// <summary>The identifier of a record that carries its own time, or none.</summary>
    public static MemoryId Of(string file, long position, MemoryDraft draft)
    {
        long ownMs = draft.CreatedAt?.ToUnixTimeMilliseconds() ?? 0;
        byte[] name = Encoding.UTF8.GetBytes(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        Append(hash, number, name);
        BinaryPrimitives.WriteInt64LittleEndian(number, position);
        hash.AppendData(number);
        Append(hash, number, draft.Content.Span);
        Append(hash, number, FieldsWriter.Write(draft, ownMs));
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        UInt128 tail = BinaryPrimitives.ReadUInt128BigEndian(digest);
        return MemoryId.Of(ownMs, ownMs > 0 ? tail : Neighbours(name, position, tail));
    }

    /// <summary>
    /// Without a time, identifiers would be in no order at all, and a scan would jump about the log. Instead 24 bits of
    /// the file's name and 16 of the position come first, so records that were written together are read together; 40
    /// bits of the hash tell the 256 records of one such place apart.
    /// </summary>
    private static UInt128 Neighbours(byte[] name, long position, UInt128 tail)
    {
        uint file = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(name)) >> 8;
        var place = (ushort)((position >> 8) & ushort.MaxValue);
        return ((UInt128)file << 56) | ((UInt128)place << 40) | (tail & ((UInt128.One << 40) - 1));
    }

    /// <summary>Every part is preceded by its length, so that no two lists of parts look the same.</summary>
    private static void Append(IncrementalHash hash, Span<byte> number, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt64LittleEndian(number, part.Length);
        hash.AppendData(number);
        hash.AppendData(part);
    }
}
