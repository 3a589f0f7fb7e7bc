using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Does the cold store answer, what does it cost, and what would a lost node lose?</summary>
internal static class ColdRow
{
    public static Row Whole { get; } = new("The cold store",
        [RecoveryPoint, Circuit, Requests, Trouble, Latency, Bytes, Moves, Fetches, Held, Shipped]);

    private static Panel RecoveryPoint => Panel.Lines("Age of the recovery point", "s",
        "What was written since then is on the local disk alone. A saw tooth as high as `tiers.cold.shipIntervalSeconds` is normal; "
        + "a line that climbs means that nothing is shipped.",
        new Query("time() - thermocline_cold_recovery_point_timestamp_seconds{%}", "{{instance}}"))
            .Coloured(new(0, "green"), new(900, "red"));

    private static Panel Circuit => Panel.States("Circuit, claim, availability",
        "open: after 5 failures in a row nothing is sent for 30 s, then one request to see. Not ours: another process claimed the "
        + "bucket, see *Fenced* in docs/OPERATIONS.md.",
        new Query("max by (instance) (thermocline_cold_circuit_state{%}) > bool 0", "{{instance}} circuit not closed"),
        new Query("min by (instance) (thermocline_cold_available{%}) == bool 0", "{{instance}} away"),
        new Query("min by (instance) (thermocline_cold_claimed{%}) == bool 0", "{{instance}} not ours"),
        new Query("max by (instance) (thermocline_cold_single_writer{%})", "{{instance}} single-writer mode"))
            .Naming(States.Unwanted);

    private static Panel Requests => Panel.Stack("Requests", "reqps",
        "By what was asked and how it ended; these are what a bill counts. rejected ones were never sent: the circuit was open.",
        new Query("sum by (operation, outcome) (rate(thermocline_cold_requests_total{%}[$__rate_interval]))", "{{operation}} {{outcome}}"));

    private static Panel Trouble => Panel.Bars("Failures, repetitions, openings", "short",
        "A repetition here and there is normal for S3. Failures are requests that were given up.",
        new Query("""sum(increase(thermocline_cold_requests_total{%,outcome="failed"}[$__rate_interval]))""", "failed"),
        new Query("""sum(increase(thermocline_cold_requests_total{%,outcome="rejected"}[$__rate_interval]))""", "rejected"),
        new Query("sum(increase(thermocline_cold_retries_total{%}[$__rate_interval]))", "repeated"),
        new Query("sum(increase(thermocline_cold_circuit_openings_total{%}[$__rate_interval]))", "circuit opened"));

    private static Panel Latency => Panel.Lines("Time a request takes", "s",
        "Mean of all requests of a kind, failed ones included. A read of a cold record waits for one get.",
        new Query(
            "sum by (operation) (rate(thermocline_cold_request_seconds_total{%}[$__rate_interval])) "
            + "/ sum by (operation) (rate(thermocline_cold_requests_total{%}[$__rate_interval]))",
            "{{operation}}"));

    private static Panel Bytes => Panel.Lines("Bytes in and out", "binBps",
        "Objects received and sent. Out is shipping; in is reading cold records, promotion and restoring.",
        new Query("sum by (direction) (rate(thermocline_cold_bytes_total{%}[$__rate_interval]))", "{{direction}}"));

    private static Panel Moves => Panel.Bars("Segments that moved", "short",
        "shipped: copied to the bucket. evicted: left the local disk for good reason (weak, old, or the disk's share is full). "
        + "promoted: came back, because it was used.",
        new Query("sum(increase(thermocline_cold_shipped_segments_total{%}[$__rate_interval]))", "shipped"),
        new Query("sum(increase(thermocline_cold_evicted_segments_total{%}[$__rate_interval]))", "evicted"),
        new Query("sum(increase(thermocline_cold_promoted_segments_total{%}[$__rate_interval]))", "promoted"),
        new Query("sum(increase(thermocline_cold_garbage_deleted_total{%}[$__rate_interval]))", "garbage deleted"));

    private static Panel Fetches => Panel.Lines("Chunks fetched for reads", "ops",
        "One request a chunk; readers of the same chunk share it. unanswered: reads that got 503 `cold-unavailable`.",
        new Query("sum(rate(thermocline_cold_fetches_total{%}[$__rate_interval]))", "fetched"),
        new Query("sum(rate(thermocline_cold_fetch_failures_total{%}[$__rate_interval]))", "unanswered"));

    private static Panel Held => Panel.Lines("In the bucket", "bytes",
        "Bytes of the segments the manifest names: what a bill for storage counts.",
        new Query("sum(thermocline_cold_object_bytes{%})", "bytes"));

    private static Panel Shipped => Panel.Lines("Shipped", "binBps",
        "Bytes sent for safety: pieces of the tail each interval, packed segments once.",
        new Query("sum by (instance) (rate(thermocline_cold_shipped_bytes_total{%}[$__rate_interval]))", "{{instance}}"));
}
