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
    private readonly byte[][] _names = [.. Dictionaries.Select(static one => Encoding.UTF8.GetBytes(one.Collection))];
    private readonly byte[][] _quantised = [.. Quantised.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Place of a collection's dictionary + 1, or 0.</summary>
    public int PlaceOf(ReadOnlySpan<byte> collection) => Find(_names, collection) + 1;

    public bool IsQuantised(ReadOnlySpan<byte> collection) => Find(_quantised, collection) >= 0;

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
