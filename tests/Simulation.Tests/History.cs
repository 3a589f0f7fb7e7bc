namespace Thermocline.Simulation.Tests;

/// <summary>What a write left under a key.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Metadata">The bytes beside it.</param>
/// <param name="EndMs">When it ends, or 0.</param>
/// <param name="Sequence">Its sequence number, or 0 when that is not known.</param>
internal sealed record Stored(byte[] Value, byte[] Metadata, long EndMs, ulong Sequence);

/// <summary>What a reader may find under a key.</summary>
internal enum Presence
{
    Absent,
    Present,

    /// <summary>It ended, and then the clock went back: packing may have taken it away meanwhile, or not.</summary>
    Either,
}

/// <summary>One acknowledged write: all of its changes are there, or none.</summary>
internal sealed record Entry(ulong Last, (int Key, Stored? Record)[] Changes);

/// <summary>
/// The acknowledged writes of one line of the store, in order. Whatever happens, the store shows the changes up to one of
/// them, and not less than the last that was durable.
/// </summary>
internal sealed class History
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<int, Stored> _now = [];

    public IReadOnlyDictionary<int, Stored> Now => _now;

    /// <summary>Sequence number of the last write.</summary>
    public ulong Last => _entries.Count == 0 ? 0 : _entries[^1].Last;

    /// <summary>Sequence number of the last write that must survive a crash.</summary>
    public ulong Durable { get; set; }

    /// <summary>Sequence number of the last write that the bucket alone must give back.</summary>
    public ulong Recoverable { get; set; }

    public void Add(Entry entry)
    {
        _entries.Add(entry);
        Apply(entry);
    }

    /// <summary>Forgets the writes after a sequence number; false when it lies inside one of them.</summary>
    public bool TryCutTo(ulong sequence)
    {
        while (Last > sequence)
            _entries.RemoveAt(_entries.Count - 1);
        _now.Clear();
        foreach (Entry entry in _entries)
            Apply(entry);
        Durable = Math.Min(Durable, sequence);
        Recoverable = Math.Min(Recoverable, sequence);
        return Last == sequence;
    }

    public History Copy()
    {
        var copy = new History { Durable = Durable, Recoverable = Recoverable };
        foreach (Entry entry in _entries)
            copy.Add(entry);
        return copy;
    }

    /// <summary>What a reader may find of a record at a moment.</summary>
    public static Presence PresenceOf(Stored? record, long nowMs, long latestMs)
    {
        if (record is null || (record.EndMs != 0 && nowMs >= record.EndMs))
            return Presence.Absent;
        return record.EndMs != 0 && latestMs >= record.EndMs ? Presence.Either : Presence.Present;
    }

    private void Apply(Entry entry)
    {
        foreach ((int key, Stored? record) in entry.Changes)
        {
            if (record is null)
                _now.Remove(key);
            else
                _now[key] = record;
        }
    }
}
