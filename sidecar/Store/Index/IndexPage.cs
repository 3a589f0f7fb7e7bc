using System.Runtime.Intrinsics;
using Thermocline.Store.Format;

namespace Thermocline.Store.Index;

/// <summary>
/// Layout of a 4,096-byte page of the index: a header of 64 bytes, then 63 buckets of four slots of 16 bytes, a cache line
/// each, probed linearly from the bucket that the tag's low byte names (docs/FORMAT.md, index.snapshot).
/// </summary>
internal static unsafe class IndexPage
{
    public const int Bytes = 4096;
    public const int HeaderBytes = 64;
    public const int BucketBytes = 64;
    public const int BucketSlots = BucketBytes / 16;
    public const int Buckets = (Bytes - HeaderBytes) / BucketBytes;
    public const int Slots = Buckets * BucketSlots;

    /// <summary>Slots in use, deleted ones included, beyond which a page is split: probes stay short below it.</summary>
    public const int UsedMax = Slots * 85 / 100;

    public const uint HotNone = 0;
    public const uint HotDeleted = uint.MaxValue;
    public const int UseBits = 8;
    private const ulong UseMask = (1 << UseBits) - 1;
    private const ulong TagMask0 = 0xFFFFUL << 48;
    private const ulong TagMask1 = Tags.LowMask << UseBits;

    public static ref uint Crc(byte* page) => ref *(uint*)page;

    public static ref byte Depth(byte* page) => ref page[4];

    public static ref int Used(byte* page) => ref *(int*)(page + 8);

    public static ref int Deleted(byte* page) => ref *(int*)(page + 12);

    public static ulong* Slot(byte* page, int position) => (ulong*)(page + HeaderBytes + (position * 16));

    /// <summary>The bucket where the walk for a tag begins.</summary>
    public static int Home(ulong tag) => (int)(((uint)tag & 0xFF) * Buckets >> 8);

    public static byte* Bucket(byte* page, int bucket) => page + HeaderBytes + (bucket * BucketBytes);

    public static ulong Word0(ulong tag, Address address) => address.Packed | (tag >> Tags.LowBits << 48);

    public static ulong Word1(ulong tag, uint hot, byte use) =>
        ((ulong)hot << 32) | ((tag & Tags.LowMask) << UseBits) | use;

    public static bool IsEmpty(ulong word1) => (word1 & ~UseMask) == 0;

    public static bool IsDeleted(ulong word1) => word1 >> UseBits == (ulong)HotDeleted << (32 - UseBits);

    public static ulong TagOf(ulong word0, ulong word1) =>
        ((word1 >> UseBits) & Tags.LowMask) | (word0 >> 48 << Tags.LowBits);

    public static Address AddressOf(ulong word0) => new(word0 & ((1UL << 48) - 1));

    public static uint HotOf(ulong word1) => (uint)(word1 >> 32);

    /// <summary>
    /// Slots of a bucket that hold a tag, as bits 0, 2, 4 and 6: compared all at once, because a walk that branches at every
    /// slot is mispredicted at every other key, and what the processor then reads in vain costs more than the comparison.
    /// </summary>
    public static uint Match(byte* bucket, ulong tag)
    {
        Vector256<ulong> mask = Vector256.Create(TagMask0, TagMask1, TagMask0, TagMask1);
        ulong part0 = tag >> Tags.LowBits << 48;
        ulong part1 = (tag & Tags.LowMask) << UseBits;
        Vector256<ulong> wanted = Vector256.Create(part0, part1, part0, part1);
        Vector256<ulong> first = Vector256.Equals(Vector256.Load((ulong*)bucket) & mask, wanted);
        Vector256<ulong> second = Vector256.Equals(Vector256.Load((ulong*)bucket + 4) & mask, wanted);
        uint equal = first.ExtractMostSignificantBits() | (second.ExtractMostSignificantBits() << 4);
        return equal & (equal >> 1) & 0b0101_0101;
    }

    /// <summary>Whether a walk ends at this bucket: it has a slot that was never used.</summary>
    public static bool HasEmpty(byte* bucket)
    {
        for (int i = 0; i < BucketSlots; i++)
        {
            if (IsEmpty(Volatile.Read(ref ((ulong*)bucket)[(2 * i) + 1])))
                return true;
        }

        return false;
    }

    /// <summary>Puts an entry into the first free slot; the page must have one.</summary>
    public static ulong* Place(byte* page, ulong tag, ulong word0, ulong word1)
    {
        int position = Home(tag) * BucketSlots;
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
