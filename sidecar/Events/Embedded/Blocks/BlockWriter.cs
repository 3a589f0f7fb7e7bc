using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Thermocline.Events.Embedded.Blocks;

/// <summary>
/// Encodes events into one rented buffer as they come (docs/FORMAT.md, Events). Not safe for several threads. Used again
/// and again: <see cref="Clear"/> gives the buffer back.
/// </summary>
internal sealed class BlockWriter
{
    public const byte Mark = 0xE1;
    public const int HeaderBytes = 16;
    private const int FirstBytes = 4 << 10;
    private byte[] _bytes = [];
    private string _context = "";
    private string _contentType = "";
    private long _publishedAtMs;

    /// <summary>When the first event was taken, ms since 1970.</summary>
    public long FirstAtMs { get; private set; }

    /// <summary>Events in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes used.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of RAM it holds.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The block as it is stored.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(4), Count);
        return _bytes.AsMemory(0, Length);
    }

    /// <summary>Adds events that were checked.</summary>
    /// <param name="events">The events.</param>
    /// <param name="encoded">Bytes that they take at most, of <see cref="Checks.DraftRules"/>.</param>
    /// <param name="nowMs">When they are taken.</param>
    public void Add(ReadOnlySpan<EventDraft> events, int encoded, long nowMs)
    {
        MakeRoom(encoded);
        if (Count == 0)
            WriteHeader(nowMs);
        foreach (ref readonly EventDraft draft in events)
            Add(draft, nowMs);
    }

    public void Clear()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _context = _contentType = "";
        Count = Length = 0;
    }

    private void WriteHeader(long nowMs)
    {
        Span<byte> header = _bytes.AsSpan(0, HeaderBytes);
        header.Clear();
        header[0] = Mark;
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], nowMs);
        _publishedAtMs = FirstAtMs = nowMs;
        Length = HeaderBytes;
    }

    private void Add(in EventDraft draft, long nowMs)
    {
        Span<byte> to = _bytes;
        int flagsAt = Length;
        int at = flagsAt + 1;
        EventFlags flags = EventFlags.None;
        if (nowMs != _publishedAtMs)
        {
            flags |= EventFlags.Later;
            at = Numbers.Write(to, at, Numbers.ZigZag(nowMs - _publishedAtMs));
            _publishedAtMs = nowMs;
        }

        at = WriteRepeated(to, at, draft.Context, ref _context, EventFlags.Context, EventFlags.SameContext, ref flags);
        if (!string.IsNullOrEmpty(draft.Id))
        {
            flags |= EventFlags.Id;
            at = WriteText(to, at, draft.Id);
        }

        at = WriteRepeated(
            to, at, draft.ContentType, ref _contentType, EventFlags.ContentType, EventFlags.SameContentType, ref flags);
        if (draft.Metadata is { Count: > 0 } metadata)
        {
            flags |= EventFlags.Metadata;
            at = WriteMetadata(to, at, metadata);
        }

        if (draft.ExpiresAt is { } end)
        {
            flags |= EventFlags.Expires;
            at = Numbers.Write(to, at, Numbers.ZigZag(end.ToUnixTimeMilliseconds() - nowMs));
        }

        at = Numbers.Write(to, at, (ulong)draft.Payload.Length);
        draft.Payload.Span.CopyTo(to[at..]);
        to[flagsAt] = (byte)flags;
        Length = at + draft.Payload.Length;
        Count++;
    }

    /// <summary>Neighbours often have the same context and type: those are named once.</summary>
    private static int WriteRepeated(
        Span<byte> to, int at, string? text, ref string before, EventFlags given, EventFlags same, ref EventFlags flags)
    {
        if (string.IsNullOrEmpty(text))
            return at;
        if (text == before)
        {
            flags |= same;
            return at;
        }

        flags |= given;
        before = text;
        return WriteText(to, at, text);
    }

    private static int WriteMetadata(Span<byte> to, int at, IReadOnlyDictionary<string, string> metadata)
    {
        at = Numbers.Write(to, at, (ulong)metadata.Count);
        foreach ((string name, string value) in metadata)
        {
            at = WriteText(to, at, name);
            at = WriteText(to, at, value);
        }

        return at;
    }

    private static int WriteText(Span<byte> to, int at, string text)
    {
        at = Numbers.Write(to, at, (ulong)Encoding.UTF8.GetByteCount(text));
        return at + Encoding.UTF8.GetBytes(text, to[at..]);
    }

    private void MakeRoom(int encoded)
    {
        int needed = (Count == 0 ? HeaderBytes : Length) + encoded;
        if (needed <= _bytes.Length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, FirstBytes), Math.Min(2 * _bytes.Length, 1 << 20)));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
