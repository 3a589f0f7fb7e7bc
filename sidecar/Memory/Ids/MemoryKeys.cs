using Thermocline.Store;

namespace Thermocline.Memory.Ids;

/// <summary>Keys of memories in the store: the collection <c>_memories</c>, which no key/value call can reach.</summary>
public static class MemoryKeys
{
    /// <summary>Name of the collection.</summary>
    public const string Collection = "_memories";

    /// <summary>Bytes of one composed key.</summary>
    public const int Length = 1 + 9 + MemoryId.TextLength;

    private static ReadOnlySpan<byte> CollectionUtf8 => "_memories"u8;

    /// <summary>What every key of a memory starts with.</summary>
    public static byte[] Prefix() => Keys.Compose(Collection, "");

    /// <summary>The composed key of a memory.</summary>
    public static byte[] Of(MemoryId id)
    {
        var key = new byte[Length];
        Write(id, key);
        return key;
    }

    /// <summary>Writes the composed key of a memory.</summary>
    public static void Write(MemoryId id, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[MemoryId.TextLength];
        id.WriteTo(text);
        Keys.Compose(CollectionUtf8, text, destination);
    }

    /// <summary>Whether a composed key is in the collection of memories.</summary>
    public static bool IsOne(ReadOnlySpan<byte> composed) =>
        composed.Length > CollectionUtf8.Length && composed[0] == CollectionUtf8.Length
        && composed[1..].StartsWith(CollectionUtf8);

    /// <summary>The identifier inside a composed key.</summary>
    public static bool TryRead(ReadOnlySpan<byte> composed, out MemoryId id)
    {
        id = default;
        if (composed.Length != Length)
            return false;
        Span<char> text = stackalloc char[MemoryId.TextLength];
        ReadOnlySpan<byte> key = Keys.KeyOf(composed);
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)key[i];
        return MemoryId.TryParse(text, out id);
    }
}
