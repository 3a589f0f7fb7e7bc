using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Who answers the reads, and is there enough in RAM?</summary>
internal static class ReadsRow
{
    public static Row Whole { get; } = new("Reads and caches", [Answers, HitRatio, Evictions, CacheHits, CacheBytes, CacheLeft, CacheEntries]);

    private static Panel Answers => Panel.Stack("Reads by the tier that answered", "ops",
        "none: there is no such record, which costs almost nothing. cold: a request over the network.",
        new Query("sum by (tier) (rate(thermocline_memory_reads_total{%}[$__rate_interval]))", "{{tier}}"));

    private static Panel HitRatio => Panel.Lines("Hit ratio of each tier", "percentunit",
        "Of the reads that asked a tier, how many it answered. Hot near 1 with the tier below its limit: RAM could be given back. "
        + "A fall together with drop-hot steps is what the budget costs.",
        new Query(
            """sum by (tier) (rate(thermocline_memory_reads_total{%,tier!="none"}[$__rate_interval])) """
            + """/ (sum by (tier) (rate(thermocline_memory_reads_total{%,tier!="none"}[$__rate_interval])) """
            + "+ sum by (tier) (rate(thermocline_tier_misses_total{%}[$__rate_interval])))",
            "{{tier}}"))
            .UpTo(1);

    private static Panel Evictions => Panel.Lines("Records that left a tier", "ops",
        "Hot: dropped from RAM, still on disk. Warm: left the disk for the bucket. Cold: came back from it.",
        new Query("sum by (tier) (rate(thermocline_tier_evictions_total{%}[$__rate_interval]))", "{{tier}}"));

    private static Panel CacheHits => Panel.Lines("Hit ratio of the caches", "percentunit",
        "search: results of recent searches, outdated by every write. chunks: restored pieces of packed and cold segments.",
        new Query(
            "sum by (cache) (rate(thermocline_cache_hits_total{%}[$__rate_interval])) "
            + "/ (sum by (cache) (rate(thermocline_cache_hits_total{%}[$__rate_interval])) "
            + "+ sum by (cache) (rate(thermocline_cache_misses_total{%}[$__rate_interval])))",
            "{{cache}}"),
        new Query(
            "sum(rate(thermocline_chunk_cache_hits_total{%}[$__rate_interval])) "
            + "/ (sum(rate(thermocline_chunk_cache_hits_total{%}[$__rate_interval])) "
            + "+ sum(rate(thermocline_chunk_cache_misses_total{%}[$__rate_interval])))",
            "chunks"))
            .UpTo(1);

    private static Panel CacheBytes => Panel.Lines("What the caches hold", "bytes",
        "Held by each cache, and what all may hold together. The first step of the ladder trims them.",
        new Query("sum by (cache) (thermocline_cache_bytes{%})", "{{cache}}"),
        new Query("sum(thermocline_cache_limit_bytes{%})", "limit"))
            .Dashing("limit");

    private static Panel CacheLeft => Panel.Lines("Entries that left a cache", "ops",
        "evicted: for want of room. outdated: too old or no longer true, which is no fault on a busy store.",
        new Query("sum by (cache) (rate(thermocline_cache_evictions_total{%}[$__rate_interval]))", "{{cache}} evicted"),
        new Query("sum by (cache) (rate(thermocline_cache_outdated_total{%}[$__rate_interval]))", "{{cache}} outdated"));

    private static Panel CacheEntries => Panel.Lines("Entries of the caches", "short",
        "search keeps at most 100 results, for 300 s.",
        new Query("sum by (cache) (thermocline_cache_entries{%})", "{{cache}}"));
}
