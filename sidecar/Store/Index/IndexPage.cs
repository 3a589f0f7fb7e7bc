using Thermocline.Store.Format;

namespace Thermocline.Store.Index;

/// <summary>
/// Layout of a 4,096-byte page of the index: a header of 64 bytes, then 252 slots of 16 bytes, probed linearly from the
/// slot that the tag's low byte names (docs/FORMAT.md, index.snapshot).
/// </summary>
internal static unsafe class IndexPage
{
    public const int Bytes = 4096;
    public const int HeaderBytes = 64;
    public const int Slots = (Bytes - HeaderBytes) / 16;

    /// <summary>Slots in use, deleted ones included, beyond which a page is split: probes stay short below it.</summary>
    public const int UsedMax = Slots * 85 / 100;

    public const uint HotNone = 0;
    public const uint HotDeleted = uint.MaxValue;
    public const int UseBits = 8;
    private const ulong UseMask = (1 << UseBits) - 1;

    public static ref uint Crc(byte* page) => ref *(uint*)page;

    public static ref byte Depth(byte* page) => ref page[4];

    public static ref int Used(byte* page) => ref *(int*)(page + 8);

    public static ref int Deleted(byte* page) => ref *(int*)(page + 12);

    public static ulong* Slot(byte* page, int position) => (ulong*)(page + HeaderBytes + (position * 16));

    public static int Home(ulong tag) => (int)(((uint)tag & 0xFF) * Slots >> 8);

    public static ulong Word0(ulong tag, Address address) => address.Packed | (tag >> Tags.LowBits << 48);

    public static ulong Word1(ulong tag, uint hot, byte use) =>
        ((ulong)hot << 32) | ((tag & Tags.LowMask) << UseBits) | use;

    public static bool IsEmpty(ulong word1) => (word1 & ~UseMask) == 0;

    public static bool IsDeleted(ulong word1) => word1 >> UseBits == (ulong)HotDeleted << (32 - UseBits);

    public static ulong TagOf(ulong word0, ulong word1) =>
        ((word1 >> UseBits) & Tags.LowMask) | (word0 >> 48 << Tags.LowBits);

    public static Address AddressOf(ulong word0) => new(word0 & ((1UL << 48) - 1));

    public static uint HotOf(ulong word1) => (uint)(word1 >> 32);

    /// <summary>Puts an entry into the first free slot; the page must have one.</summary>
    public static ulong* Place(byte* page, ulong tag, ulong word0, ulong word1)
    {
        int position = Home(tag);
        while (true)
        {
            ulong* slot = Slot(page, position);
            ulong old = slot[1];
            bool empty = IsEmpty(old);
            if (empty || IsDeleted(old))
            {
                if (empty)
                    Used(page)++;
                else
                    Deleted(page)--;
                // The address first: a reader that sees the tag must see the address that belongs to it.
                Volatile.Write(ref slot[0], word0);
                Volatile.Write(ref slot[1], word1);
                return slot;
            }

            position = position + 1 == Slots ? 0 : position + 1;
        }
    }
}
