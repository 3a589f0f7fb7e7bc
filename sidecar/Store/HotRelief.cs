using Thermocline.Store.Packed;
using Thermocline.Store.Packing;
using Thermocline.Store.Records;

namespace Thermocline.Store;

/// <summary>
/// Compresses what is hot with the dictionaries that packing trained. The packing thread prepares it while there is memory;
/// without that thread, the first call does.
/// </summary>
internal sealed class HotRelief
{
    private readonly RecordTable _records;
    private readonly Dictionaries _dictionaries;
    private readonly Func<bool> _goesOn;
    private volatile int _level;

    public HotRelief(RecordTable records, Dictionaries dictionaries, CompressionLevel level)
    {
        _records = records;
        _dictionaries = dictionaries;
        _level = (int)level;
        _goesOn = () => Level != CompressionLevel.Off;
    }

    /// <summary>Off stops it, also in the middle.</summary>
    public CompressionLevel Level
    {
        get => (CompressionLevel)_level;
        set => _level = (int)value;
    }

    /// <summary>Takes what compressing needs, and what dictionaries there are by now.</summary>
    public void Prepare()
    {
        if (!_goesOn())
            return;
        AdoptDictionaries();
        try
        {
            _records.Hot.Compression.Prepare(_dictionaries.Current);
        }
        catch (StoreException)
        {
            // No memory for it: it is tried again, and until then there is nothing to compress with.
        }
    }

    /// <summary>Compresses until so many bytes are given back; returns how many were.</summary>
    public long Compress(long bytes, CancellationToken cancellation)
    {
        if (bytes <= 0 || !_goesOn())
            return 0;
        if (!_records.Hot.Compression.IsPrepared)
            Prepare();
        return _records.Hot.Compression.Run(bytes, _goesOn, cancellation);
    }

    /// <summary>A store that was opened a moment ago has trained none yet, but its newest packed segment has some.</summary>
    private void AdoptDictionaries()
    {
        if (!_dictionaries.IsEmpty || _records.Log.View.Segments.ToArray().OfType<PackedSegment>().LastOrDefault() is not { } newest)
            return;
        try
        {
            _dictionaries.Adopt(newest);
        }
        catch (Exception failure) when (failure is StoreException or IOException or ObjectDisposedException)
        {
            // Damaged, or packed anew under our hands: records are compressed without, until packing trains others.
        }
    }
}
