using System.Diagnostics.Metrics;
using Thermocline.Memory.Caches;

namespace Thermocline.Sidecar.Metrics;

/// <summary>What the caches hold and did. Caches are labels, so that a new cache is a new series and no new name.</summary>
internal static class CacheGauges
{
    public static void AddTo(Meter meter, CacheBudget caches)
    {
        meter.CreateObservableGauge("thermocline_cache_limit_bytes", () => caches.BytesMax, null,
            "Bytes all caches may hold together.");
        meter.CreateObservableGauge("thermocline_cache_entries", () => Each(caches, cache => cache.Entries), null,
            "Entries held by a cache.");
        meter.CreateObservableGauge("thermocline_cache_bytes", () => Each(caches, cache => cache.Bytes), null,
            "Bytes held by a cache.");
        meter.CreateObservableCounter("thermocline_cache_hits_total", () => Each(caches, cache => cache.Hits), null,
            "Questions a cache answered.");
        meter.CreateObservableCounter("thermocline_cache_misses_total", () => Each(caches, cache => cache.Misses), null,
            "Questions a cache could not answer.");
        meter.CreateObservableCounter("thermocline_cache_evictions_total", () => Each(caches, cache => cache.Evictions), null,
            "Entries that left a cache for want of room.");
        meter.CreateObservableCounter("thermocline_cache_outdated_total", () => Each(caches, cache => cache.Outdated), null,
            "Entries that left a cache because they were too old, or no longer true.");
    }

    private static IEnumerable<Measurement<long>> Each(CacheBudget caches, Func<CacheFigures, long> value) =>
        caches.Figures.Select(cache => new Measurement<long>(value(cache), new KeyValuePair<string, object?>("cache", cache.Name)));
}
