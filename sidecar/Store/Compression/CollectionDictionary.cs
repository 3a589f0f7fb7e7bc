using System.Text;

namespace Thermocline.Store.Compression;

/// <summary>A dictionary and the collection it is for.</summary>
internal sealed record CollectionDictionary(string Collection, ZstdDictionary Dictionary)
{
    /// <summary>The collection's name as it stands in keys.</summary>
    public byte[] Name { get; } = Encoding.UTF8.GetBytes(Collection);
}
