using System.Collections.Immutable;
using Thermocline.Store.Compression;
using Thermocline.Store.Packed;

namespace Thermocline.Store.Packing;

/// <summary>
/// The dictionary of each collection: trained on a sample of what is packed, used again while it fits, and trained anew
/// when what it saves drops by a tenth. Packer only, but for <see cref="Adopt"/> and <see cref="Current"/>.
/// </summary>
internal sealed class Dictionaries(DictionaryCache cache, StageCounters stages)
{
    /// <summary>A collection with less than this is packed without one: the dictionary would outweigh what it saves.</summary>
    private const long CollectionBytesMin = 1 << 20;
    private const int CollectionsMax = 8;
    private const int ProbesMax = 256;
    private const int ProbeLevel = 3;
    private const double DriftMax = 0.9;
    private readonly Lock _lock = new();

    // Replaced whole: others look at it while a dictionary is trained.
    private ImmutableDictionary<string, Known> _known = ImmutableDictionary<string, Known>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Whether nothing is known yet: then the newest packed segment may lend its dictionaries.</summary>
    public bool IsEmpty => Volatile.Read(ref _known).IsEmpty;

    /// <summary>The dictionary of every collection that has one.</summary>
    public IReadOnlyList<CollectionDictionary> Current =>
        [.. Volatile.Read(ref _known).OrderBy(static one => one.Key, StringComparer.Ordinal)
            .Select(static one => new CollectionDictionary(one.Key, one.Value.Dictionary))];

    /// <summary>Takes over the dictionaries of a packed segment, where none is known yet.</summary>
    /// <exception cref="StoreException">A dictionary is damaged, or the disk failed.</exception>
    public void Adopt(PackedSegment segment)
    {
        foreach (DictionaryPlace place in segment.Directory.Dictionaries)
        {
            ZstdDictionary dictionary = cache.Find(place.Id) ?? cache.Add(segment.Content.ReadDictionary(place));
            lock (_lock)
            {
                if (!_known.ContainsKey(place.Collection))
                    _known = _known.SetItem(place.Collection, new Known(dictionary, 0));
            }
        }
    }

    /// <summary>The dictionaries for what is about to be packed.</summary>
    public IReadOnlyList<CollectionDictionary> For(CollectionSamples samples, PackingLevel level)
    {
        if (level.Codec != Format.Codec.Zstd || !Zstd.IsAvailable)
            return [];
        var chosen = new List<CollectionDictionary>();
        foreach ((string collection, CollectionSample sample) in
            samples.Samples.OrderByDescending(static pair => pair.Value.Bytes).Take(CollectionsMax))
        {
            if (sample.Bytes >= CollectionBytesMin && Choose(collection, sample, level) is { } dictionary)
                chosen.Add(new CollectionDictionary(collection, dictionary));
        }

        return chosen;
    }

    private ZstdDictionary? Choose(string collection, CollectionSample sample, PackingLevel level)
    {
        int wanted = (int)Math.Clamp(
            sample.Bytes / level.DictionaryShare, PackingLevel.DictionaryBytesMin, PackingLevel.DictionaryBytesMax);
        if (_known.TryGetValue(collection, out Known? known) && known.Dictionary.Bytes.Length <= wanted * 2)
        {
            double ratio = RatioOf(known.Dictionary, sample);
            // The first look after an open sets the mark.
            if (known.Ratio == 0)
                Set(collection, known = known with { Ratio = ratio });
            if (ratio >= known.Ratio * DriftMax && known.Dictionary.Bytes.Length * 2 >= wanted)
                return known.Dictionary;
        }

        return Train(collection, sample, wanted) ?? known?.Dictionary;
    }

    private ZstdDictionary? Train(string collection, CollectionSample sample, int bytes)
    {
        long started = stages.Start();
        byte[]? trained = ZstdTrainer.Train(sample.Bodies, bytes);
        stages.Add(Stage.Pattern, sample.Bodies.Sum(static body => (long)body.Length), trained?.Length ?? 0, started);
        if (trained is null)
            return null;
        ZstdDictionary dictionary = cache.Add(ZstdDictionary.Load(trained));
        Set(collection, new Known(dictionary, RatioOf(dictionary, sample)));
        return dictionary;
    }

    private void Set(string collection, Known known)
    {
        lock (_lock)
            _known = _known.SetItem(collection, known);
    }

    private static double RatioOf(ZstdDictionary dictionary, CollectionSample sample)
    {
        using var encoder = new ZstdEncoder(ProbeLevel, dictionary);
        long before = 0, after = 0;
        byte[] buffer = [];
        int stride = Math.Max(1, sample.Bodies.Count / ProbesMax);
        for (int i = 0; i < sample.Bodies.Count; i += stride)
        {
            ReadOnlySpan<byte> body = sample.Bodies[i].Span;
            if (buffer.Length < body.Length)
                buffer = new byte[body.Length];
            int length = encoder.Encode(body, buffer.AsSpan(0, body.Length));
            before += body.Length;
            after += length == 0 ? body.Length : length;
        }

        return after == 0 ? 1 : (double)before / after;
    }

    private sealed record Known(ZstdDictionary Dictionary, double Ratio);
}
