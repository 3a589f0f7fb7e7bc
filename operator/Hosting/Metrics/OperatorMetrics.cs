using System.Collections.Concurrent;
using System.Globalization;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Watching;

namespace Thermocline.Operator.Hosting.Metrics;

/// <summary>Everything the operator counts, as families to be scraped. Names are those of controller-runtime, where it has them.</summary>
internal sealed class OperatorMetrics(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ReconcileMeter> _controllers = new();
    private readonly ConcurrentDictionary<object, WatchMeter> _watches = new();

    public WebhookMeter Webhook { get; } = new();

    /// <summary>What was asked of the API server; null before there is a client.</summary>
    public RequestCounts? Requests { get; set; }

    /// <summary>The lease by its name, and whether this process holds it.</summary>
    public (string Name, Func<bool> IsLeading) Leading { get; set; } = ("", static () => false);

    /// <summary>The meter of a controller, made when first asked for.</summary>
    public ReconcileMeter Controller(string name) => _controllers.GetOrAdd(name, each =>
    {
        var meter = new ReconcileMeter(each, time);
        meter.Begin();
        return meter;
    });

    /// <summary>Shows a watch until what is returned is disposed.</summary>
    public IDisposable Show(WatchMeter watch)
    {
        var key = new object();
        _watches[key] = watch;
        return new Shown(() => _watches.TryRemove(key, out _));
    }

    /// <summary>All families, in an order that does not change.</summary>
    public IEnumerable<Family> Families() => [.. Controllers(), .. Queues(), .. Others(), .. Watches(), .. ProcessFigures.Families()];

    private ReconcileMeter[] Meters => [.. _controllers.Values.OrderBy(static each => each.Name, StringComparer.Ordinal)];

    private IEnumerable<Family> Controllers() =>
    [
        Family.Counter("controller_runtime_reconcile_total", "Times an object was worked on, by controller and result.",
            () => Meters.SelectMany(static each => each.Results.Samples).Where(static each => each.Labels[1].Value != "panic")),
        Family.Counter("controller_runtime_reconcile_errors_total", "Times that failed.",
            () => Of("controller", static each => each.Results[each.Name, "error"])),
        Family.Counter("controller_runtime_reconcile_panics_total", "Times something was thrown that nobody foresaw; they are errors too.",
            () => Of("controller", static each => each.Thrown)),
        Family.Histogram("controller_runtime_reconcile_time_seconds", "Time for one object.",
            () => Meters.SelectMany(static each => each.Took.Samples)),
        Family.Gauge("controller_runtime_active_workers", "Objects that are worked on now.", () => Of("controller", static each => each.Running)),
        Family.Gauge("controller_runtime_max_concurrent_reconciles", "Objects that may be worked on at the same time.",
            () => Of("controller", static each => each.WorkersMax)),
    ];

    private IEnumerable<Family> Queues() =>
    [
        Family.Gauge("workqueue_depth", "Objects that wait.", () => Of("name", static each => each.Queues().Sum(static queue => queue.Waiting))),
        Family.Counter("workqueue_adds_total", "Times an object began to wait, since this process leads.",
            () => Of("name", static each => each.Queues().Sum(static queue => queue.Added))),
        Family.Counter("workqueue_retries_total", "Times an object was to come again because something failed, since this process leads.",
            () => Of("name", static each => each.Queues().Sum(static queue => queue.Retries))),
        Family.Histogram("workqueue_queue_duration_seconds", "Time an object waited.", () => Meters.SelectMany(static each => each.Waited.Samples)),
        Family.Histogram("workqueue_work_duration_seconds", "Time an object was worked on.", () => Meters.SelectMany(static each => each.Work.Samples)),
        Family.Gauge("workqueue_unfinished_work_seconds", "Time of all work that is not done yet.", () => Of("name", static each => each.Unfinished.All)),
        Family.Gauge("workqueue_longest_running_processor_seconds", "Time of the longest of it.", () => Of("name", static each => each.Unfinished.Longest)),
    ];

    private IEnumerable<Family> Others() =>
    [
        Family.Gauge("leader_election_master_status", "1 while this process leads.", () => [Sample.Of("name", Leading.Name, Leading.IsLeading() ? 1 : 0)]),
        Family.Counter("rest_client_requests_total", "Requests to the API server, by method and status code; code 0 is no answer.",
            () => (Requests?.Snapshot() ?? new Dictionary<(string, int), long>())
                .OrderBy(static each => each.Key.Method, StringComparer.Ordinal).ThenBy(static each => each.Key.Code)
                .Select(static each => new Sample(
                    "", [new("code", each.Key.Code.ToString(CultureInfo.InvariantCulture)), new("method", each.Key.Method)], each.Value))),
        Family.Counter("controller_runtime_webhook_requests_total", "Requests of the API server to our webhooks, by webhook and status code.",
            () => Webhook.Requests.Samples),
        Family.Histogram("controller_runtime_webhook_latency_seconds", "Time one of them took.", () => Webhook.Latency.Samples),
        Family.Gauge("controller_runtime_webhook_requests_in_flight", "Those that are not answered yet.", () => [Sample.Of(Webhook.InFlight)]),
    ];

    private IEnumerable<Family> Watches() =>
    [
        Family.Gauge("thermocline_operator_watch_synced", "1 once everything that was there has been told.", () => Of(static each => each.IsSynced ? 1 : 0)),
        Family.Gauge("thermocline_operator_watch_last_heard_timestamp_seconds", "When the API server last said something, if only that nothing happened.",
            () => Of(static each => each.LastHeard?.ToUnixTimeMilliseconds() / 1000.0 ?? 0)),
        Family.Counter("thermocline_operator_watch_events_total", "Changes heard of.", () => Of(static each => each.Events)),
        Family.Counter("thermocline_operator_watch_reconnections_total", "Streams opened after the first.", () => Of(static each => each.Reconnections)),
        Family.Counter("thermocline_operator_watch_lists_total", "Times everything was listed.", () => Of(static each => each.Lists)),
        Family.Counter("thermocline_operator_watch_failures_total", "Lists and streams that failed.", () => Of(static each => each.Failures)),
    ];

    private IEnumerable<Sample> Of(string label, Func<ReconcileMeter, double> value) =>
        Meters.Select(each => Sample.Of(label, each.Name, value(each)));

    private IEnumerable<Sample> Of(Func<WatchStatus, double> value) => _watches.Values
        .OrderBy(static each => (each.Resource, each.Namespace))
        .Select(each => new Sample("", [new("resource", each.Resource), new("namespace", each.Namespace)], value(each.Status())));

    private sealed class Shown(Action hide) : IDisposable
    {
        public void Dispose() => hide();
    }
}
