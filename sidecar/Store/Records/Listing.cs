using Thermocline.Store.Format;
using Thermocline.Store.Log;

namespace Thermocline.Store.Records;

/// <summary>
/// Ordered listing: a merge of the key lists of all segments. The version of a key with the highest address below the
/// moment counts; tombstones and expired records are left out.
/// </summary>
internal sealed class Listing(ReadOnlySpan<ISegment> segments, Address end, long nowMs, Func<ISegment, IKeySource> keysOf)
{
    private readonly ISegment[] _segments = segments.ToArray();
    private readonly List<Source> _sources = [];

    /// <summary>Lists one page.</summary>
    /// <exception cref="StoreException">Damaged: a key table failed its checksum.</exception>
    public ListPage Read(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit)
    {
        bool hasAfter = after.SequenceCompareTo(prefix) >= 0 && !after.IsEmpty;
        Open(hasAfter ? after : prefix);
        var keys = new List<byte[]>(Math.Min(limit, 256));
        while (FindSmallest() is { } smallest)
        {
            byte[] key = smallest.Cursor.Key.ToArray();
            if (!key.AsSpan().StartsWith(prefix))
                break;
            bool live = TakeVersions(key);
            if (!live || (hasAfter && key.AsSpan().SequenceEqual(after)))
                continue;
            if (keys.Count == limit)
                return new ListPage(keys, true);
            keys.Add(key);
        }

        return new ListPage(keys, false);
    }

    private void Open(ReadOnlySpan<byte> from)
    {
        foreach (ISegment segment in _segments)
        {
            // Segments above the moment hold nothing that is visible.
            if (segment.First > end.Segment && end != Address.End)
                break;
            IKeyCursor cursor = keysOf(segment).Seek(from);
            if (cursor.MoveNext())
                _sources.Add(new Source(cursor));
        }
    }

    private Source? FindSmallest()
    {
        Source? smallest = null;
        foreach (Source source in _sources)
        {
            if (smallest is null || source.Cursor.Key.SequenceCompareTo(smallest.Cursor.Key) < 0)
                smallest = source;
        }

        return smallest;
    }

    /// <summary>Moves every source past the key; true when its visible version is a live value.</summary>
    private bool TakeVersions(ReadOnlySpan<byte> key)
    {
        Address newest = default;
        KeyEntry entry = default;
        for (int i = _sources.Count - 1; i >= 0; i--)
        {
            Source source = _sources[i];
            bool more = true;
            while (more && source.Cursor.Key.SequenceEqual(key))
            {
                Address address = source.Cursor.Entry.Address;
                if (address < end && address >= newest)
                {
                    newest = address;
                    entry = source.Cursor.Entry;
                }

                more = source.Cursor.MoveNext();
            }

            if (!more)
                _sources.RemoveAt(i);
        }

        bool expired = entry.ExpiresAtMs != 0 && entry.ExpiresAtMs <= nowMs;
        return newest != default && (entry.Flags & FrameFlags.Tombstone) == 0 && !expired;
    }

    private sealed record Source(IKeyCursor Cursor);
}
