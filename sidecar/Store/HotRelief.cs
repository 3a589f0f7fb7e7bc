using Thermocline.Store.Packed;
using Thermocline.Store.Packing;
using Thermocline.Store.Records;

namespace Thermocline.Store;

/// <summary>
/// Compresses what is hot with the dictionaries that packing trained. The packing thread prepares it while there is memory;
/// without that thread, the first call does.
/// </summary>
internal sealed class HotRelief(RecordTable records, Dictionaries dictionaries)
{
    /// <summary>Takes what compressing needs, and what dictionaries there are by now.</summary>
    public void Prepare(CompressionLevel level)
    {
        if (level == CompressionLevel.Off)
            return;
        AdoptDictionaries();
        try
        {
            records.Hot.Compression.Prepare(dictionaries.Current);
        }
        catch (StoreException)
        {
            // No memory for it: it is tried again, and until then there is nothing to compress with.
        }
    }

    /// <summary>Compresses until so many bytes are given back; returns how many were.</summary>
    public long Compress(long bytes, CompressionLevel level, CancellationToken cancellation)
    {
        if (level == CompressionLevel.Off || bytes <= 0)
            return 0;
        if (!records.Hot.Compression.IsPrepared)
            Prepare(level);
        return records.Hot.Compression.Run(bytes, cancellation);
    }

    /// <summary>A store that was opened a moment ago has trained none yet, but its newest packed segment has some.</summary>
    private void AdoptDictionaries()
    {
        if (!dictionaries.IsEmpty || records.Log.View.Segments.ToArray().OfType<PackedSegment>().LastOrDefault() is not { } newest)
            return;
        try
        {
            dictionaries.Adopt(newest);
        }
        catch (Exception failure) when (failure is StoreException or IOException or ObjectDisposedException)
        {
            // Damaged, or packed anew under our hands: records are compressed without, until packing trains others.
        }
    }
}
