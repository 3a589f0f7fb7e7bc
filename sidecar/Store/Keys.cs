using System.Text;

namespace Thermocline.Store;

/// <summary>
/// Composes a collection and a key into the one byte string the store orders by: a length byte, the collection's name,
/// the key. Keys of one collection are therefore neighbours, in the order of their UTF-8 bytes.
/// </summary>
public static class Keys
{
    /// <summary>Writes the composed key and returns its length.</summary>
    /// <exception cref="ArgumentException">A part is too long, or the collection is empty.</exception>
    public static int Compose(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        if (collection.Length is 0 or > Limits.CollectionBytesMax)
            throw new ArgumentException("A collection name has 1 to 128 bytes.", nameof(collection));
        if (key.Length > Limits.KeyBytesMax)
            throw new ArgumentException("A key has at most 1,024 bytes.", nameof(key));
        destination[0] = (byte)collection.Length;
        collection.CopyTo(destination[1..]);
        key.CopyTo(destination[(1 + collection.Length)..]);
        return 1 + collection.Length + key.Length;
    }

    /// <summary>The composed key of two strings, as a new array. An empty key gives the prefix of the whole collection.</summary>
    /// <exception cref="ArgumentException">A part is too long, or the collection is empty.</exception>
    public static byte[] Compose(string collection, string key)
    {
        byte[] name = Encoding.UTF8.GetBytes(collection);
        byte[] rest = Encoding.UTF8.GetBytes(key);
        var composed = new byte[1 + name.Length + rest.Length];
        Compose(name, rest, composed);
        return composed;
    }

    /// <summary>The collection's name inside a composed key.</summary>
    public static ReadOnlySpan<byte> CollectionOf(ReadOnlySpan<byte> composed) => composed.Slice(1, composed[0]);

    /// <summary>The caller's key inside a composed key.</summary>
    public static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> composed) => composed[(1 + composed[0])..];
}
