using Thermocline.Store.Format;

namespace Thermocline.Store.Index;

/// <summary>A walk over the slots that could hold a tag. Made by <see cref="HashIndex.Begin"/>.</summary>
internal unsafe ref struct IndexProbe
{
    internal byte* Page;
    internal byte* Bucket;
    internal int Next;
    internal int Left;
    internal uint Matches;
    internal ulong Tag;
    internal long Version;

    /// <summary>The slot that matched.</summary>
    public ulong* Slot { get; internal set; }

    /// <summary>Word 1 of the slot as it was when it matched.</summary>
    public ulong Word1 { get; internal set; }

    /// <summary>Place of the frame as it was when the slot matched.</summary>
    public Address Address { get; internal set; }

    /// <summary>Place in the hot tier as it was when the slot matched, or 0.</summary>
    public readonly uint Hot => IndexPage.HotOf(Word1);
}
