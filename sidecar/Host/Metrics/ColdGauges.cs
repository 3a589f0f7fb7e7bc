using System.Diagnostics.Metrics;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Metrics;

/// <summary>What was sent to the cold store and how it answered. Without a cold store these have no series.</summary>
internal static class ColdGauges
{
    public static void AddTo(Meter meter, Func<ColdTierStatus?> tier, Func<ColdStatus?> wire)
    {
        AddWire(meter, wire);
        AddTier(meter, tier);
    }

    private static void AddWire(Meter meter, Func<ColdStatus?> wire)
    {
        meter.CreateObservableCounter("thermocline_cold_requests_total", () => Requests(wire()), null,
            "Requests by what was asked and how it ended; rejected ones were not sent because the circuit was open.");
        meter.CreateObservableCounter("thermocline_cold_retries_total",
            () => Each(wire(), each => new Measurement<long>(each.Retries, Operation(each))), null, "Requests that repeated a failed one.");
        meter.CreateObservableCounter("thermocline_cold_request_seconds_total",
            () => Each(wire(), each => new Measurement<double>(each.LatencySum.TotalSeconds, Operation(each))), null,
            "Time all requests took, failed ones included.");
        meter.CreateObservableCounter("thermocline_cold_bytes_total", () => Bytes(wire()), null, "Bytes of objects received and sent.");
        meter.CreateObservableGauge("thermocline_cold_circuit_state",
            () => One(wire(), each => new Measurement<long>((long)each.Circuit)), null,
            "0 requests are sent, 1 none is sent for a while, 2 one is sent to see.");
        meter.CreateObservableCounter("thermocline_cold_circuit_openings_total",
            () => One(wire(), each => new Measurement<long>(each.Openings)), null, "How often the circuit opened.");
    }

    private static void AddTier(Meter meter, Func<ColdTierStatus?> tier)
    {
        // Instruments that are all numbers of one moment differ in name and value alone.
        Counter("thermocline_cold_shipped_segments_total", now => now.Shipped, "Segments shipped.");
        Counter("thermocline_cold_shipped_bytes_total", now => now.ShippedBytes, "Bytes shipped, pieces of the tail included.");
        Counter("thermocline_cold_evicted_segments_total", now => now.Evicted, "Segments that left the local disk.");
        Counter("thermocline_cold_promoted_segments_total", now => now.Promoted, "Segments that came back.");
        Counter("thermocline_cold_fetches_total", now => now.Fetches, "Requests for chunks.");
        Counter("thermocline_cold_fetch_failures_total", now => now.FetchFailures, "Reads the cold store did not answer.");
        Counter("thermocline_cold_garbage_deleted_total", now => now.GarbageDeleted, "Objects deleted because nobody names them.");
        Gauge("thermocline_cold_segments", now => now.Segments, "Segments in the manifest.");
        Gauge("thermocline_cold_object_bytes", now => now.Bytes, "Bytes of the segments in the manifest.");
        Gauge("thermocline_cold_available", now => now.Available ? 1 : 0, "Whether the last round was answered.");
        Gauge("thermocline_cold_claimed", now => now.Claimed ? 1 : 0, "Whether the bucket is this process's to write to.");
        Gauge("thermocline_cold_single_writer", now => now.SingleWriter ? 1 : 0,
            "1 when the service has no conditional writes: nothing but care keeps a second writer out.");
        Gauge("thermocline_cold_epoch", now => now.Epoch, "Raised at every open.");
        meter.CreateObservableGauge("thermocline_cold_recovery_point_timestamp_seconds",
            () => tier()?.RecoveryPoint is { } point ? [new Measurement<double>(point.ToUnixTimeMilliseconds() / 1000.0)] : None, null,
            "Everything written up to here can be restored from the cold store alone, seconds since 1970.");

        void Counter(string name, Func<ColdTierStatus, long> value, string help) =>
            meter.CreateObservableCounter(name, () => One(tier(), now => new Measurement<long>(value(now))), null, help);
        void Gauge(string name, Func<ColdTierStatus, long> value, string help) =>
            meter.CreateObservableGauge(name, () => One(tier(), now => new Measurement<long>(value(now))), null, help);
    }

    private static Measurement<double>[] None => [];

    private static Measurement<long>[] One<T>(T? now, Func<T, Measurement<long>> measure)
        where T : class => now is null ? [] : [measure(now)];

    private static IEnumerable<Measurement<T>> Each<T>(ColdStatus? wire, Func<ColdOperationStatus, Measurement<T>> measure)
        where T : struct => wire?.Operations.Select(measure) ?? [];

    private static IEnumerable<Measurement<long>> Requests(ColdStatus? wire) => (wire?.Operations ?? []).SelectMany(each => new[]
    {
        new Measurement<long>(each.Requests - each.Failures, Operation(each), Label("outcome", "done")),
        new Measurement<long>(each.Failures, Operation(each), Label("outcome", "failed")),
        new Measurement<long>(each.Rejections, Operation(each), Label("outcome", "rejected")),
    });

    private static IEnumerable<Measurement<long>> Bytes(ColdStatus? wire) => wire is null ? [] :
    [
        new Measurement<long>(wire.Operations.Sum(each => each.BytesIn), Label("direction", "in")),
        new Measurement<long>(wire.Operations.Sum(each => each.BytesOut), Label("direction", "out")),
    ];

    private static KeyValuePair<string, object?> Operation(ColdOperationStatus each) =>
        Label("operation", ColdWords.Of(each.Operation));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
