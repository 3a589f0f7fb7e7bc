namespace Thermocline.Memory.Indexes;

/// <summary>One page of a search in an index.</summary>
/// <param name="Entries">The entries in ascending order.</param>
/// <param name="More">Whether entries follow: ask again behind the last one.</param>
public sealed record IndexPage(IReadOnlyList<IndexEntry> Entries, bool More);

/// <summary>An entry: its values, then the composed key of its record.</summary>
/// <param name="Bytes">The whole of it, without the collection: where the next page goes on.</param>
public readonly record struct IndexEntry(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Reads the values; what is left then is the key of the record.</summary>
    public OrderedKeyReader Values() => new(Bytes.Span);
}
