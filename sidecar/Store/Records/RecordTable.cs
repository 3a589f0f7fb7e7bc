using Thermocline.Store.Format;
using Thermocline.Store.Hot;
using Thermocline.Store.Index;
using Thermocline.Store.Log;
using Thermocline.Store.Tuning;

namespace Thermocline.Store.Records;

/// <summary>
/// What the store knows of every key: the index, the hot tier and the log put together. Reads take no lock. One thread
/// at a time, the committer's (or recovery's), adds, moves and removes keys; readers only bring frames into the hot tier.
/// </summary>
internal sealed unsafe class RecordTable(
    KeyHash hash, HashIndex index, HotTier hot, LogReader log, SnapshotUndo undo, DamageLog damages, TimeProvider time)
{
    private readonly Lock _mutation = hot.Mutation;
    private readonly HotPages _pages = hot.Pages;
    private ReuseSampler? _sampler;
    private volatile bool _closed;

    public HashIndex Index => index;

    public HotTier Hot => hot;

    public LogReader Log => log;

    public DamageLog Damages => damages;

    /// <summary>Where records lie.</summary>
    public RecordPlaces Places { get; } = new(hash, index, log);

    /// <summary>Shows every use of a record to a sampler from now on.</summary>
    public void Observe(ReuseSampler sampler) => Volatile.Write(ref _sampler, sampler);

    /// <summary>Reads the current value of a key and notes the use. Expired records and tombstones are absent.</summary>
    /// <remarks>
    /// The common case, a record in RAM that the first matching slot names, is written out here with plain locals. Handing
    /// structures from method to method makes the processor load what it has just stored, which it can only do once the
    /// cache misses before the store are over: reads that could overlap then run one after the other. What is not settled
    /// here is left to the full walk, so nothing is decided twice.
    /// </remarks>
    public ReadLease Read(scoped ReadOnlySpan<byte> key)
    {
        ulong tag = hash.Tag(key);
        ReaderLane lane = hot.Lanes.Mine;
        byte* bucket = _closed ? null : index.FirstBucket(tag);
        uint matches = bucket == null ? 0 : IndexPage.Match(bucket, tag);
        if (matches != 0)
        {
            ulong* slot = (ulong*)bucket + System.Numerics.BitOperations.TrailingZeroCount(matches);
            ulong word1 = Volatile.Read(ref slot[1]);
            uint place = IndexPage.HotOf(word1);
            HotPage? page = place == 0 ? null : _pages.PageOf(place);
            if (page is not null)
            {
                int hold = lane.Hold(page.Ordinal);
                // Eviction clears the slot, then looks at the lanes; we show the page in our lane, then look at the slot.
                if (IndexPage.HotOf(Volatile.Read(ref slot[1])) == place && page.Lends && ReaderLane.IsLasting(hold))
                {
                    byte* frame = page.At(place);
                    var found = new ReadOnlySpan<byte>(frame + Frame.HeaderBytes, FrameFields.KeyLength(in *frame));
                    if (found.SequenceEqual(key) && FrameFields.ExpiresAtMs(in *frame) == 0)
                    {
                        HotTier.Touch(slot, word1);
                        lane.CountHot();
                        if (_sampler is { } sampler && sampler.Wants(tag))
                            sampler.Record(tag, FrameFields.TotalBytes(in *frame));
                        GC.KeepAlive(index);
                        return new ReadLease(in *frame, lane, hold);
                    }
                }

                lane.Release(hold);
            }
        }

        return Read(key, ReadPurpose.Use);
    }

    /// <summary>Reads the current value of a key, walking every slot that could hold it.</summary>
    public ReadLease Read(scoped ReadOnlySpan<byte> key, ReadPurpose purpose)
    {
        ulong tag = hash.Tag(key);
        ReaderLane lane = hot.Lanes.Mine;
        while (true)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(TieredStore));
            IndexProbe probe = index.Begin(tag);
            bool moved = false;
            while (!moved && HashIndex.Next(ref probe))
            {
                ReadLease lease = probe.Hot != 0
                    ? ReadHot(lane, probe, key, out moved)
                    : ReadWarm(probe.Address, key);
                if (lease.Tier == Tier.None)
                    continue;
                if (purpose == ReadPurpose.Use)
                    Note(lane, probe, lease);
                GC.KeepAlive(index);
                // Asking for the time costs as much as the rest of a hot read; few records need it.
                return lease.ExpiresAtMs == 0 ? lease : lease.UnlessExpired(time.GetUtcNow().ToUnixTimeMilliseconds());
            }

            if (moved || !index.IsUnmoved(probe))
                continue;
            if (purpose == ReadPurpose.Use)
                lane.CountMiss();
            GC.KeepAlive(index);
            return default;
        }
    }

    /// <summary>The current frame of a key and its place, when it is in the hot tier: reads nothing, counts nothing. Committer only.</summary>
    public ReadLease FindHot(ReadOnlySpan<byte> key, out Address address)
    {
        IndexProbe probe = index.Begin(hash.Tag(key));
        while (HashIndex.Next(ref probe))
        {
            ReadLease lease = probe.Hot == 0 ? default : ReadHot(hot.Lanes.Mine, probe, key, out _);
            address = probe.Address;
            if (lease.Found)
                return lease;
        }

        address = default;
        return default;
    }

    /// <summary>Reads a key as a snapshot that ends at an address sees it.</summary>
    public ReadLease ReadBefore(Address end, scoped ReadOnlySpan<byte> key, long nowMs)
    {
        ulong tag = hash.Tag(key);
        IndexProbe probe;
        do
        {
            probe = index.Begin(tag);
            while (HashIndex.Next(ref probe))
            {
                ReadLease lease = probe.Address < end ? ReadWarm(probe.Address, key) : default;
                if (lease.Tier != Tier.None)
                    return lease.UnlessExpired(nowMs);
            }
        }
        while (!index.IsUnmoved(probe));

        // Replaced after the snapshot was taken: its place was noted before the index changed.
        foreach (Address old in undo.Find(tag, end))
        {
            ReadLease lease = ReadWarm(old, key);
            if (lease.Tier != Tier.None)
                return lease.UnlessExpired(nowMs);
        }

        return default;
    }

    /// <summary>Makes a committed frame the current one of its key. Committer only.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="address">Its place in the log.</param>
    /// <param name="frame">Its bytes for the hot tier, or empty.</param>
    /// <param name="tombstone">Whether it deletes the key.</param>
    public void Publish(ReadOnlySpan<byte> key, Address address, ReadOnlySpan<byte> frame, bool tombstone)
    {
        ulong tag = hash.Tag(key);
        // Only this thread changes addresses, so what is found here still holds below, under the lock.
        Address old = FindAddress(tag, key);
        // Recovery may come upon a version that is older than what the index snapshot says.
        if ((tombstone && old == default) || old > address)
            return;
        lock (_mutation)
        {
            // Before the slot is looked up: making room may change the hot place of any slot.
            uint place = tombstone || frame.IsEmpty ? 0 : hot.Insert(frame, seenBefore: false);
            ulong* slot = old == default ? null : FindSlot(tag, old);
            if (slot is null)
            {
                // Absent, or an expired record that the packer took away since.
                if (!tombstone)
                    index.Insert(tag, address, place);
                return;
            }

            undo.Add(tag, old, address);
            log.View.Find(old.Segment)?.NoteDead(1);
            hot.Forget(IndexPage.HotOf(slot[1]));
            if (tombstone)
                index.Remove(slot, tag);
            else
                HashIndex.Move(slot, tag, address, place);
        }
    }

    /// <summary>Whether an open snapshot may still read the replaced frame at an address.</summary>
    public bool IsHeld(ulong tag, Address address) => undo.Holds(tag, address);

    /// <summary>Whether snapshots are open.</summary>
    public bool HasSnapshots => undo.Count > 0;

    /// <summary>Takes a record that has expired out of the index, if it is still the current one of its key.</summary>
    public void RemoveExpired(ulong tag, Address address)
    {
        lock (_mutation)
        {
            ulong* slot = _closed ? null : FindSlot(tag, address);
            if (slot is null)
                return;
            hot.Forget(IndexPage.HotOf(slot[1]));
            index.Remove(slot, tag);
        }
    }

    /// <summary>Points a tag to a damaged frame, so that no older value of its key is served. Recovery only.</summary>
    public void PublishDamaged(ulong tag, Address address)
    {
        lock (_mutation)
        {
            IndexProbe probe = index.Begin(tag);
            if (HashIndex.Next(ref probe))
                HashIndex.Move(probe.Slot, tag, address, 0);
            else
                index.Insert(tag, address, 0);
        }
    }

    /// <summary>Sets the bytes of RAM for the hot tier and gives back what is above.</summary>
    public void ResizeHot(long bytes)
    {
        lock (_mutation)
        {
            if (_closed)
                return;
            hot.Limit = bytes;
            hot.Shrink();
        }
    }

    /// <summary>Runs an action while nothing changes slots.</summary>
    public void Freeze(Action action)
    {
        lock (_mutation)
            action();
    }

    /// <summary>Ends all reading and gives the hot tier's memory back.</summary>
    public void Close()
    {
        _closed = true;
        hot.Compression.Dispose();
        lock (_mutation)
            hot.Close();
    }

    private ReadLease ReadHot(
        ReaderLane lane, scoped in IndexProbe probe, scoped ReadOnlySpan<byte> key, out bool moved)
    {
        moved = true;
        HotPage? page = _pages.PageOf(probe.Hot);
        if (page is null)
            return default;
        int hold = lane.Hold(page.Ordinal);
        // Eviction clears the slot, then looks at the lanes; we show the page in our lane, then look at the slot.
        if (IndexPage.HotOf(Volatile.Read(ref probe.Slot[1])) != probe.Hot || page.IsRetired)
        {
            lane.Release(hold);
            return default;
        }

        moved = false;
        if (page.IsCompressed)
            return ReadCompressed(page, lane, hold, probe, key);
        Frame frame = page.FrameAt(probe.Hot);
        if (frame.Key.SequenceEqual(key))
            return ReaderLane.IsLasting(hold) ? new ReadLease(in *page.At(probe.Hot), lane, hold) : ReadLease.CopyOf(frame, lane, hold);
        lane.Release(hold);
        return default;
    }

    private ReadLease ReadCompressed(
        HotPage page, ReaderLane lane, int hold, scoped in IndexProbe probe, scoped ReadOnlySpan<byte> key)
    {
        byte[]? rented;
        bool whole;
        try
        {
            whole = hot.Dictionaries.TryRead(page.StoredAt(probe.Hot), key, out rented);
        }
        finally
        {
            lane.Release(hold);
        }

        if (!whole)
            return ReadWarm(probe.Address, key);
        return rented is null ? default : new ReadLease(Tier.Hot, rented);
    }

    private ReadLease ReadWarm(Address address, scoped ReadOnlySpan<byte> key)
    {
        try
        {
            byte[]? rented = log.TryRead(address, key, out Tier tier);
            return rented is null ? default : new ReadLease(tier, rented);
        }
        catch (StoreException failure)
        {
            damages.Add(failure);
            throw;
        }
    }

    private void Note(ReaderLane lane, scoped in IndexProbe probe, scoped in ReadLease lease)
    {
        if (_sampler is { } sampler && sampler.Wants(probe.Tag))
            sampler.Record(probe.Tag, lease.Bytes.Length);
        if (lease.Tier == Tier.Hot)
        {
            HotTier.Touch(probe.Slot, probe.Word1);
            if (hot.IsWorthRestoring(probe.Hot, probe.Word1))
                Promote(probe, lease.Bytes);
            lane.CountHot();
        }
        else
        {
            Promote(probe, lease.Bytes);
            if (lease.Tier == Tier.Cold)
                lane.CountCold();
            else
                lane.CountWarm();
        }
    }

    private void Promote(scoped in IndexProbe probe, ReadOnlySpan<byte> frame)
    {
        // A reader never waits for the committer: what is not brought up now is at its next read.
        if (frame.Length > hot.FrameBytesMax || !_mutation.TryEnter())
            return;
        try
        {
            ulong* slot = FindSlot(probe.Tag, probe.Address);
            if (slot is null || IndexPage.HotOf(slot[1]) != probe.Hot || _closed)
                return;
            uint place = hot.Insert(frame, probe.Hot != 0 || hot.IsGhost(slot[1]));
            if (place == 0)
                return;
            // Its compressed form, unless making room has just moved or evicted that.
            hot.Forget(IndexPage.HotOf(slot[1]));
            Volatile.Write(ref slot[1], IndexPage.Word1(probe.Tag, place, 0));
        }
        finally
        {
            _mutation.Exit();
        }
    }

    /// <summary>Place of the current frame of a key, verified in the frame; default when there is none.</summary>
    private Address FindAddress(ulong tag, ReadOnlySpan<byte> key)
    {
        ReaderLane lane = hot.Lanes.Mine;
        while (true)
        {
            IndexProbe probe = index.Begin(tag);
            bool moved = false;
            while (!moved && HashIndex.Next(ref probe))
            {
                if (probe.Hot == 0)
                {
                    if (log.IsOfKey(probe.Address, key))
                        return probe.Address;
                    continue;
                }

                using ReadLease lease = ReadHot(lane, probe, key, out moved);
                if (lease.Tier != Tier.None)
                    return probe.Address;
            }

            if (!moved && index.IsUnmoved(probe))
                return default;
        }
    }

    private ulong* FindSlot(ulong tag, Address address)
    {
        IndexProbe probe = index.Begin(tag);
        bool found = false;
        while (!found && HashIndex.Next(ref probe))
            found = probe.Address == address;
        return found ? probe.Slot : null;
    }
}
