using System.Buffers.Binary;
using Thermocline.Store;

namespace Thermocline.Memory.Announcing;

/// <summary>Keys of announcements in the store, in a collection that no user can name: docs/FORMAT.md.</summary>
internal static class AnnouncementKeys
{
    private const int PrefixBytes = 1 + 14;
    private const int KeyBytes = PrefixBytes + 8 + 4;

    private static ReadOnlySpan<byte> Collection => "_announcements"u8;

    public static byte[] Prefix() => Write(new byte[PrefixBytes]);

    public static byte[] Of(in Announcement announcement)
    {
        byte[] key = Write(new byte[KeyBytes]);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(PrefixBytes), announcement.Number);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(PrefixBytes + 8), announcement.Count);
        return key;
    }

    public static bool TryRead(ReadOnlySpan<byte> key, out Announcement announcement)
    {
        announcement = default;
        if (key.Length != KeyBytes)
            return false;
        announcement = new Announcement(
            BinaryPrimitives.ReadInt64BigEndian(key[PrefixBytes..]), BinaryPrimitives.ReadInt32BigEndian(key[(PrefixBytes + 8)..]));
        return announcement is { Number: > 0, Count: > 0 and <= Limits.BatchOperationsMax };
    }

    private static byte[] Write(byte[] key)
    {
        Keys.Compose(Collection, default, key);
        return key;
    }
}
