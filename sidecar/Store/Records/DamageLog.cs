namespace Thermocline.Store.Records;

/// <summary>Every damage met since the store was opened, each place once, at most 1,000.</summary>
internal sealed class DamageLog
{
    private const int EntriesMax = 1000;
    private readonly Lock _lock = new();
    private readonly List<Damage> _entries = [];

    public void Add(Damage damage)
    {
        lock (_lock)
        {
            if (_entries.Count < EntriesMax && !_entries.Exists(entry => IsSamePlace(entry, damage)))
                _entries.Add(damage);
        }
    }

    /// <summary>Notes a damage that was met as an exception.</summary>
    public void Add(StoreException failure)
    {
        if (failure.Fault == StoreFault.Damaged)
            Add(new Damage(failure.File ?? "log", failure.Offset, 0, failure.Message));
    }

    public IReadOnlyList<Damage> ToList()
    {
        lock (_lock)
            return [.. _entries];
    }

    private static bool IsSamePlace(Damage left, Damage right) => left.File == right.File && left.Offset == right.Offset;
}
