using System.Globalization;
using System.Text;
using Thermocline.Store.Format;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>A record as it is kept: a checksum, one line of words that says what it is, and bytes.</summary>
/// <param name="Words">What kind of record, the version of its layout, and what is particular to it.</param>
/// <param name="Body">The rest.</param>
internal readonly record struct DaprRecord(string[] Words, ReadOnlyMemory<byte> Body)
{
    private const int ChecksumBytes = 9;
    private const int LineBytesMax = 512;
    private const string Version = "1";

    /// <summary>Lays out a record of the present version.</summary>
    public static byte[] Write(string kind, string particulars, ReadOnlySpan<byte> body)
    {
        byte[] line = Encoding.ASCII.GetBytes($"{kind} {Version} {particulars}\n");
        byte[] record = new byte[ChecksumBytes + line.Length + body.Length];
        line.CopyTo(record, ChecksumBytes);
        body.CopyTo(record.AsSpan(ChecksumBytes + line.Length));
        uint checksum = Checksum.Of(record.AsSpan(ChecksumBytes));
        Encoding.ASCII.GetBytes(checksum.ToString("x8", CultureInfo.InvariantCulture) + " ", record);
        return record;
    }

    /// <summary>Takes a record apart once its checksum is right.</summary>
    /// <exception cref="StoreException">It is not what was written, or a newer version wrote it.</exception>
    public static DaprRecord Read(string key, ReadOnlyMemory<byte> record, string kind, int words)
    {
        ReadOnlySpan<byte> bytes = record.Span;
        if (bytes.Length < ChecksumBytes
            || !uint.TryParse(bytes[..(ChecksumBytes - 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint checksum)
            || Checksum.Of(bytes[ChecksumBytes..]) != checksum)
        {
            throw ColdFailure.Damaged(key, "does not match its checksum");
        }

        ReadOnlySpan<byte> rest = bytes[ChecksumBytes..];
        int end = rest[..Math.Min(rest.Length, LineBytesMax)].IndexOf((byte)'\n');
        string[] said = end < 0 ? [] : Encoding.ASCII.GetString(rest[..end]).Split(' ');
        if (said.Length < 2 || said[0] != kind)
            throw ColdFailure.Damaged(key, $"is no record of kind {kind}");
        if (said[1] != Version)
            throw new StoreException(StoreFault.Unsupported, $"The cold object {key} was written by a newer version ({said[1]}).", key);
        return said.Length == words + 2
            ? new DaprRecord(said[2..], record[(ChecksumBytes + end + 1)..])
            : throw ColdFailure.Damaged(key, $"is no record of kind {kind}");
    }
}
