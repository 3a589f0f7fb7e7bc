using Thermocline.Store.Accounting;
using Thermocline.Store.Compression;

namespace Thermocline.Store.Packed;

/// <summary>
/// Dictionaries in RAM by their content's id: many segments share one. One that leaves is freed by its finalizer, once
/// nobody decodes with it.
/// </summary>
internal sealed class DictionaryCache(MemoryAccount account)
{
    private const int EntriesMax = 64;
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, (ZstdDictionary Dictionary, long Used)> _entries = [];
    private long _clock;

    public ZstdDictionary? Find(ulong id)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(id, out (ZstdDictionary Dictionary, long Used) entry))
                return null;
            _entries[id] = (entry.Dictionary, ++_clock);
            return entry.Dictionary;
        }
    }

    /// <summary>Keeps a dictionary; gives the one that was there before when another thread was faster.</summary>
    public ZstdDictionary Add(ZstdDictionary dictionary)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(dictionary.Id, out (ZstdDictionary Dictionary, long Used) entry))
                return entry.Dictionary;
            if (_entries.Count >= EntriesMax)
                Forget(_entries.MinBy(static pair => pair.Value.Used).Key);
            _entries[dictionary.Id] = (dictionary, ++_clock);
            account.Charge(dictionary.NativeBytes);
            return dictionary;
        }
    }

    private void Forget(ulong id)
    {
        if (_entries.Remove(id, out (ZstdDictionary Dictionary, long Used) entry))
            account.Release(entry.Dictionary.NativeBytes);
    }
}
