using System.Text;

namespace Thermocline.Store.Packed;

/// <summary>How a packed segment is made.</summary>
/// <param name="Level">The level.</param>
/// <param name="Dictionaries">Dictionaries for the collections that have one.</param>
/// <param name="Deduplicates">Whether equal values are stored once.</param>
/// <param name="Quantised">Collections whose values are vectors that may lose precision.</param>
/// <param name="Stages">Counts what each stage did.</param>
internal sealed record PackedSettings(
    CompressionLevel Level, IReadOnlyList<CollectionDictionary> Dictionaries, bool Deduplicates,
    IReadOnlyList<string> Quantised, StageCounters Stages)
{
    /// <summary>Whether dictionaries may be trained for it.</summary>
    public bool TrainsDictionaries { get; init; } = true;

    // Not a plain initialiser: a copy with other dictionaries would keep the names of the old ones.
    private readonly byte[][] _names = NamesOf(Dictionaries);
    private readonly byte[][] _quantised = [.. Quantised.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Dictionaries for the collections that have one.</summary>
    public IReadOnlyList<CollectionDictionary> Dictionaries
    {
        get;
        init
        {
            field = value;
            _names = NamesOf(value);
        }
    } = Dictionaries;

    /// <summary>Place of a collection's dictionary + 1, or 0.</summary>
    public int PlaceOf(ReadOnlySpan<byte> collection) => Find(_names, collection) + 1;

    public bool IsQuantised(ReadOnlySpan<byte> collection) => Find(_quantised, collection) >= 0;

    private static byte[][] NamesOf(IReadOnlyList<CollectionDictionary> dictionaries) =>
        [.. dictionaries.Select(static one => Encoding.UTF8.GetBytes(one.Collection))];

    private static int Find(byte[][] names, ReadOnlySpan<byte> collection)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (collection.SequenceEqual(names[i]))
                return i;
        }

        return -1;
    }
}
