using System.Buffers.Binary;
using System.Text;

namespace Thermocline.Events.Embedded.Blocks;

/// <summary>
/// Takes a block apart, event by event. Every length is compared with what is there: bytes that pass a checksum by chance or
/// malice end in a refusal.
/// </summary>
internal sealed class BlockReader(byte[] bytes, int length)
{
    private int _at;
    private string _context = "";
    private string _contentType = "";
    private long _publishedAtMs;

    /// <summary>Events that the block says it has.</summary>
    public int Count { get; private set; }

    /// <summary>Events taken so far.</summary>
    public int Taken { get; private set; }

    private ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, length);

    /// <summary>Reads the header; false when this is no block.</summary>
    public bool TryStart()
    {
        // An event takes two bytes at least, which bounds the count by the bytes.
        if (length < BlockWriter.HeaderBytes || bytes[0] != BlockWriter.Mark || Bytes[1..4].ContainsAnyExcept((byte)0))
            return false;
        Count = BinaryPrimitives.ReadInt32LittleEndian(Bytes[4..]);
        _publishedAtMs = BinaryPrimitives.ReadInt64LittleEndian(Bytes[8..]);
        _at = BlockWriter.HeaderBytes;
        return Count > 0 && Count <= (length - _at) / 2 && IsTime(_publishedAtMs);
    }

    /// <summary>The next event; false when it is not one, or bytes follow the last.</summary>
    public bool TryNext(out EventView view)
    {
        view = default;
        if (Taken == Count || _at >= length)
            return false;
        var flags = (EventFlags)bytes[_at++];
        if (!TryTime(Has(flags, EventFlags.Later), ref _publishedAtMs)
            || !TryRepeated(flags, EventFlags.Context, EventFlags.SameContext, ref _context, out string context)
            || !TryPart(Has(flags, EventFlags.Id), out Range id)
            || !TryRepeated(flags, EventFlags.ContentType, EventFlags.SameContentType, ref _contentType, out string contentType)
            || !TryMetadata(Has(flags, EventFlags.Metadata), out Range metadata))
        {
            return false;
        }

        long expiresAtMs = _publishedAtMs;
        if (!TryTime(Has(flags, EventFlags.Expires), ref expiresAtMs) || !TryPart(true, out Range payload))
            return false;
        Taken++;
        if (Taken == Count && _at != length)
            return false;
        view = new EventView
        {
            PublishedAtMs = _publishedAtMs,
            ExpiresAtMs = Has(flags, EventFlags.Expires) ? expiresAtMs : long.MaxValue,
            Context = context,
            Id = id,
            ContentType = contentType,
            Metadata = metadata,
            Payload = payload,
        };
        return true;
    }

    /// <summary>Within what a calendar can say, so that nobody fails over it later.</summary>
    private static bool IsTime(long ms) => ms >= 0 && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    // Not Enum.HasFlag, which boxes its argument in code that is not optimised yet.
    private static bool Has(EventFlags flags, EventFlags flag) => (flags & flag) != 0;

    private bool TryTime(bool present, ref long ms)
    {
        if (!present)
            return true;
        if (!Numbers.TryRead(Bytes, ref _at, out ulong folded))
            return false;
        ms = unchecked(ms + Numbers.UnZigZag(folded));
        return ms >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    }

    private bool TryRepeated(EventFlags flags, EventFlags given, EventFlags same, ref string before, out string text)
    {
        text = "";
        if (Has(flags, same))
            text = before;
        if (!Has(flags, given))
            return !Has(flags, same) || text.Length > 0;
        if (Has(flags, same) || !TryPart(true, out Range part) || part.Start.Equals(part.End))
            return false;
        text = before = Encoding.UTF8.GetString(Bytes[part]);
        return true;
    }

    private bool TryPart(bool present, out Range part)
    {
        part = default;
        if (!present)
            return true;
        if (!Numbers.TryReadLength(Bytes, ref _at, out int size))
            return false;
        part = new Range(_at, _at + size);
        _at += size;
        return true;
    }

    private bool TryMetadata(bool present, out Range part)
    {
        part = default;
        if (!present)
            return true;
        int start = _at;
        if (!Numbers.TryRead(Bytes, ref _at, out ulong count) || count > (ulong)(length - _at) / 2)
            return false;
        for (ulong i = 0; i < 2 * count; i++)
        {
            if (!TryPart(true, out _))
                return false;
        }

        part = new Range(start, _at);
        return true;
    }
}
