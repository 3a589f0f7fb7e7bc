using System.Globalization;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>The record that makes an object: which generation of parts it has, or all of its bytes when they are few.</summary>
/// <param name="Name">Its object.</param>
/// <param name="Id">The generation, 32 hex digits, never used twice: the version tag.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Written">When, by the clock of who wrote it.</param>
internal sealed record DaprHead(string Name, string Id, long Length, DateTimeOffset Written)
{
    /// <summary>Up to this length the bytes are in the head itself.</summary>
    public const int InlineBytesMax = 16 << 10;

    /// <summary>Bytes of a part.</summary>
    public const int PartBytes = 256 << 10;

    /// <summary>Parts of an object at most.</summary>
    public const int PartsMax = 100_000;

    private const string Kind = "object";

    /// <summary>The bytes of a short object.</summary>
    public ReadOnlyMemory<byte> Inline { get; init; }

    /// <summary>What Dapr calls this version of the record.</summary>
    public string Etag { get; init; } = "";

    /// <summary>How many parts there are.</summary>
    public int Parts => PartsOf(Length);

    /// <summary>How many parts an object of a length has.</summary>
    public static int PartsOf(long length) =>
        length <= InlineBytesMax ? 0 : checked((int)((length + PartBytes - 1) / PartBytes));

    /// <summary>How many bytes a part has.</summary>
    public int BytesOf(int part) => (int)Math.Min(PartBytes, Length - ((long)part * PartBytes));

    /// <summary>As a record.</summary>
    public byte[] ToRecord() => DaprRecord.Write(
        Kind, string.Create(CultureInfo.InvariantCulture, $"{Name} {Id} {Length} {Written.ToUnixTimeMilliseconds()}"), Inline.Span);

    /// <summary>From a record, whose every figure is doubted.</summary>
    /// <exception cref="StoreException">It is not what was written.</exception>
    public static DaprHead Read(string name, DaprFound found)
    {
        DaprRecord record = DaprRecord.Read(name, found.Bytes, Kind, 4);
        if (record.Words[0] != name || !IndexEntry.IsId(record.Words[1])
            || !long.TryParse(record.Words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            || length > (long)PartBytes * PartsMax
            || !long.TryParse(record.Words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long written)
            || written > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || record.Body.Length != (length <= InlineBytesMax ? length : 0))
        {
            throw ColdFailure.Damaged(name, "has a head that makes no sense");
        }

        return new DaprHead(name, record.Words[1], length, DateTimeOffset.FromUnixTimeMilliseconds(written))
        {
            Inline = record.Body,
            Etag = found.Etag,
        };
    }
}
