using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Store;

namespace Thermocline.Memory.Export;

/// <summary>Which records are exported, and how they are written.</summary>
public sealed record ExportSelection
{
    /// <summary>How they are written.</summary>
    public ExportFormat Format { get; init; }

    /// <summary>The one collection wanted, or null for all.</summary>
    public string? Collection { get; init; }

    /// <summary>What the keys of that collection start with, or null for all.</summary>
    public string? Prefix { get; init; }

    /// <summary>The one type of memories wanted, or null. With a type, memories alone are exported.</summary>
    public string? Type { get; init; }

    /// <summary>Everything that is wrong, by the name of the filter.</summary>
    public IReadOnlyList<Mistake> Check()
    {
        List<Mistake> mistakes = [];
        if (Collection is not null && Encoding.UTF8.GetByteCount(Collection) is 0 or > Limits.CollectionBytesMax)
            mistakes.Add(new Mistake("collection", "invalid", "A collection has 1 to 128 bytes of UTF-8."));
        if (Prefix is not null && Collection is null && Type is null)
            mistakes.Add(new Mistake("prefix", "invalid", "A prefix needs a collection."));
        if (Prefix is not null && Encoding.UTF8.GetByteCount(Prefix) > Limits.KeyBytesMax)
            mistakes.Add(new Mistake("prefix", "too-long", "A key has at most 1,024 bytes of UTF-8."));
        if (Type is not null && Collection is not (null or MemoryKeys.Collection))
            mistakes.Add(new Mistake("type", "invalid", $"Only memories have a type: leave collection out, or name {MemoryKeys.Collection}."));
        return mistakes;
    }

    /// <summary>What the composed keys of the wanted records start with.</summary>
    internal byte[] KeyPrefix()
    {
        string? collection = Collection ?? (Type is null ? null : MemoryKeys.Collection);
        return collection is null ? [] : Keys.Compose(collection, Prefix ?? "");
    }
}
