using Thermocline.Store;

namespace Thermocline.Memory.Indexes;

/// <summary>Lists keys of a store or of a snapshot: <see cref="TieredStore.List"/> and <see cref="StoreSnapshot.List"/> are two.</summary>
public delegate ListPage KeyLister(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> after, int limit);

/// <summary>
/// An index over records by values of theirs: for each record an entry, itself a record without a value, in a collection of
/// its own. Its key is an <see cref="OrderedKey"/> followed by the composed key of the record, so equal values stand beside
/// each other. The caller writes an entry in the same batch as its record; then the two can never disagree.
/// </summary>
public sealed class OrderedIndex
{
    private readonly byte[] _prefix;

    /// <summary>An index.</summary>
    /// <param name="name">Its name: its entries are in the collection <c>_ix.NAME</c>.</param>
    /// <exception cref="ArgumentException">The name is empty or longer than 124 bytes.</exception>
    public OrderedIndex(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _prefix = Keys.Compose("_ix." + name, "");
        if (_prefix.Length > 1 + Limits.CollectionBytesMax)
            throw new ArgumentException("An index's name has at most 124 bytes.", nameof(name));
    }

    /// <summary>Puts the entry of a record.</summary>
    /// <exception cref="ArgumentException">Values and key have more than 1,024 bytes together.</exception>
    public WriteOperation Put(OrderedKey values, ReadOnlySpan<byte> recordKey) => new() { Key = EntryKey(values, recordKey) };

    /// <summary>Deletes the entry of a record; the values are those it was put with.</summary>
    /// <exception cref="ArgumentException">Values and key have more than 1,024 bytes together.</exception>
    public WriteOperation Delete(OrderedKey values, ReadOnlySpan<byte> recordKey) => new() { Key = EntryKey(values, recordKey), Delete = true };

    /// <summary>The entries inside a range in ascending order, one page of them.</summary>
    /// <param name="list">Where to look.</param>
    /// <param name="range">The bounds.</param>
    /// <param name="after">The entry behind which the page begins: the last one of the page before; empty for the first page.</param>
    /// <param name="limit">Most entries of the page: 1 to <see cref="Limits.ListPageMax"/>.</param>
    /// <exception cref="StoreException">The disk failed.</exception>
    public IndexPage Find(KeyLister list, IndexRange range, ReadOnlyMemory<byte> after, int limit)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(range);
        byte[] from = [.. _prefix, .. after.IsEmpty ? range.Before() : after.ToArray()];
        ListPage page = list(_prefix, from.Length == _prefix.Length ? [] : from, limit);
        byte[]? end = range.End();
        List<IndexEntry> entries = [];
        foreach (byte[] key in page.Keys)
        {
            ReadOnlyMemory<byte> entry = key.AsMemory(_prefix.Length);
            if (end is not null && entry.Span.SequenceCompareTo(end) >= 0)
                return new IndexPage(entries, false);
            entries.Add(new IndexEntry(entry));
        }

        return new IndexPage(entries, page.More);
    }

    private byte[] EntryKey(OrderedKey values, ReadOnlySpan<byte> recordKey)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (recordKey.IsEmpty || recordKey[0] is 0 or > Limits.CollectionBytesMax)
            throw new ArgumentException("A record's key begins with its collection's length.", nameof(recordKey));
        if (values.Bytes.Length + recordKey.Length > Limits.KeyBytesMax)
            throw new ArgumentException($"A record's key and its indexed values have at most {Limits.KeyBytesMax:N0} bytes together.", nameof(recordKey));
        return [.. _prefix, .. values.Bytes.Span, .. recordKey];
    }
}
