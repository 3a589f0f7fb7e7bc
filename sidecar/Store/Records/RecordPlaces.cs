using Thermocline.Store.Format;
using Thermocline.Store.Index;
using Thermocline.Store.Log;

namespace Thermocline.Store.Records;

/// <summary>Questions about where records lie, from any thread. Nothing is read of them, and nothing changes.</summary>
internal sealed class RecordPlaces(KeyHash hash, HashIndex index, LogReader log)
{
    /// <summary>Place of a record whose value can only be had from the cold store now; default for all others.</summary>
    public Address FindElsewhere(ReadOnlySpan<byte> key)
    {
        LogView view = log.View;
        if (!view.HasStubs)
            return default;
        ulong tag = hash.Tag(key);
        IndexProbe probe = index.Begin(tag);
        while (HashIndex.Next(ref probe))
        {
            if (probe.Hot == 0 && view.Find(probe.Address.Segment) is { } segment && !segment.IsAtHand(probe.Address)
                && segment.IsOfKey(probe.Address, key))
            {
                return probe.Address;
            }
        }

        return default;
    }

    /// <summary>Whether the frame at an address is the current one of its key. Any thread.</summary>
    public bool IsCurrent(ulong tag, Address address)
    {
        while (true)
        {
            IndexProbe probe = index.Begin(tag);
            while (HashIndex.Next(ref probe))
            {
                if (probe.Address == address)
                    return true;
            }

            if (index.IsUnmoved(probe))
                return false;
        }
    }
}
