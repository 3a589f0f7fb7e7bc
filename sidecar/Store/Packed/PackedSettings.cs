using System.Text;
using Thermocline.Store.Compression;

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
    private readonly byte[][] _quantised = [.. Quantised.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether dictionaries may be trained for it.</summary>
    public bool TrainsDictionaries { get; init; } = true;

    /// <summary>Place of a collection's dictionary + 1, or 0.</summary>
    public int PlaceOf(ReadOnlySpan<byte> collection)
    {
        // Asked of the dictionaries themselves: a field made of them here would be copied, and stale, where "with" sets others.
        for (int i = 0; i < Dictionaries.Count; i++)
        {
            if (collection.SequenceEqual(Dictionaries[i].Name))
                return i + 1;
        }

        return 0;
    }

    public bool IsQuantised(ReadOnlySpan<byte> collection)
    {
        foreach (byte[] name in _quantised)
        {
            if (collection.SequenceEqual(name))
                return true;
        }

        return false;
    }
}
