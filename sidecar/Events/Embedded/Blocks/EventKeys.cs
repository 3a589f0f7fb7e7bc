using System.Buffers.Binary;
using Thermocline.Store;

namespace Thermocline.Events.Embedded.Blocks;

/// <summary>Keys of the bus in the store: all in one collection that no user can name.</summary>
internal static class EventKeys
{
    public const int BlockKeyBytes = PrefixBytes + 4 + 8 + 4 + 4;
    private const int PrefixBytes = 1 + 7 + 1;
    private const byte TopicKind = (byte)'t';
    private const byte GroupKind = (byte)'g';
    private const byte BlockKind = (byte)'b';

    private static ReadOnlySpan<byte> Collection => "_events"u8;

    public static byte[] Topics => Prefix(TopicKind, PrefixBytes);

    public static byte[] Topic(int topic) => Key(TopicKind, topic, PrefixBytes + 4);

    public static byte[] GroupsOf(int topic) => Key(GroupKind, topic, PrefixBytes + 4);

    public static byte[] Group(int topic, int group)
    {
        byte[] key = Key(GroupKind, topic, PrefixBytes + 8);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(PrefixBytes + 4), group);
        return key;
    }

    public static byte[] BlocksOf(int topic) => Key(BlockKind, topic, PrefixBytes + 4);

    /// <summary>
    /// Count and length stand in the key too: what there is can be told from a listing, without reading a block.
    /// </summary>
    public static byte[] Block(int topic, in BlockPlace place)
    {
        byte[] key = Key(BlockKind, topic, BlockKeyBytes);
        Span<byte> rest = key.AsSpan(PrefixBytes + 4);
        BinaryPrimitives.WriteInt64BigEndian(rest, place.First);
        BinaryPrimitives.WriteInt32BigEndian(rest[8..], place.Count);
        BinaryPrimitives.WriteInt32BigEndian(rest[12..], place.Bytes);
        return key;
    }

    /// <summary>The topic a key of <see cref="Topics"/> names.</summary>
    public static bool TryTopic(ReadOnlySpan<byte> key, out int topic)
    {
        topic = key.Length == PrefixBytes + 4 ? BinaryPrimitives.ReadInt32BigEndian(key[PrefixBytes..]) : 0;
        return topic > 0;
    }

    /// <summary>The group a key of <see cref="GroupsOf"/> names.</summary>
    public static bool TryGroup(ReadOnlySpan<byte> key, out int group)
    {
        group = key.Length == PrefixBytes + 8 ? BinaryPrimitives.ReadInt32BigEndian(key[(PrefixBytes + 4)..]) : 0;
        return group > 0;
    }

    /// <summary>The block a key of <see cref="BlocksOf"/> names.</summary>
    public static bool TryBlock(ReadOnlySpan<byte> key, out BlockPlace place)
    {
        place = default;
        if (key.Length != BlockKeyBytes)
            return false;
        ReadOnlySpan<byte> rest = key[(PrefixBytes + 4)..];
        place = new BlockPlace(
            BinaryPrimitives.ReadInt64BigEndian(rest), BinaryPrimitives.ReadInt32BigEndian(rest[8..]), BinaryPrimitives.ReadInt32BigEndian(rest[12..]));
        return place.First >= 0 && place.First <= long.MaxValue - int.MaxValue && place.Count > 0 && place.Bytes > 0;
    }

    private static byte[] Key(byte kind, int topic, int length)
    {
        byte[] key = Prefix(kind, length);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(PrefixBytes), topic);
        return key;
    }

    private static byte[] Prefix(byte kind, int length)
    {
        var key = new byte[length];
        int collection = Keys.Compose(Collection, default, key);
        key[collection] = kind;
        return key;
    }
}
