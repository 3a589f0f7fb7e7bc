namespace Thermocline.Memory.Indexes;

/// <summary>
/// Bounds of a search in an index. A bound may hold fewer values than the entries: then it stands for all entries that
/// begin with it, and includes or excludes them all.
/// </summary>
public sealed record IndexRange
{
    // Greater than every kind of value and than the length byte with which a record's key begins, which is at most 128.
    private const byte Last = 0xFF;

    /// <summary>The lower bound, or null for none.</summary>
    public OrderedKey? From { get; init; }

    /// <summary>Whether entries that begin with the lower bound are left out.</summary>
    public bool FromExcluded { get; init; }

    /// <summary>The upper bound, or null for none.</summary>
    public OrderedKey? To { get; init; }

    /// <summary>Whether entries that begin with the upper bound are left out.</summary>
    public bool ToExcluded { get; init; }

    /// <summary>What lies before the first entry: no entry is equal to it, since a record's key follows every tuple.</summary>
    internal byte[] Before() =>
        From is null ? [] : FromExcluded ? [.. From.Bytes.Span, Last] : From.Bytes.ToArray();

    /// <summary>The first bytes that lie behind the last entry, or null.</summary>
    internal byte[]? End() =>
        To is null ? null : ToExcluded ? To.Bytes.ToArray() : [.. To.Bytes.Span, Last];
}
