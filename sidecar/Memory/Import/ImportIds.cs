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
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        Append(hash, number, Encoding.UTF8.GetBytes(file));
        BinaryPrimitives.WriteInt64LittleEndian(number, position);
        hash.AppendData(number);
        Append(hash, number, draft.Content.Span);
        Append(hash, number, FieldsWriter.Write(draft, ownMs));
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return MemoryId.Of(ownMs, BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    /// <summary>Every part is preceded by its length, so that no two lists of parts look the same.</summary>
    private static void Append(IncrementalHash hash, Span<byte> number, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt64LittleEndian(number, part.Length);
        hash.AppendData(number);
        hash.AppendData(part);
    }
}
