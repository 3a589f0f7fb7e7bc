using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.Features;
using Thermocline.Events;
using Thermocline.Sidecar.Hosting;

namespace Thermocline.Sidecar.Metrics;

/// <summary>Everything the sidecar measures about itself. docs/OPERATIONS.md explains every name.</summary>
internal sealed class SidecarMeter : IDisposable
{
    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"];
    private static readonly string[] StatusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly Meter _meter = new("Thermocline.Sidecar");
    private readonly MeterExposition _exposition;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _callDuration;
    private readonly UpDownCounter<long> _connections;
    private readonly StoreGauges _storeGauges;
    private readonly IEventBus? _bus;
    private EventBusStatus? _busNow;

    public SidecarMeter(SidecarFigures figures, Lifecycle lifecycle, TimeProvider time)
    {
        _exposition = new MeterExposition(_meter);
        _requestDuration = _meter.CreateHistogram<double>("thermocline_http_request_duration_seconds", null,
            "Time from a request's headers to the end of its answer.");
        _callDuration = _meter.CreateHistogram<double>("thermocline_component_call_duration_seconds", null,
            "Time of a call that daprd makes; of streams, how long they lasted.");
        _connections = _meter.CreateUpDownCounter<long>("thermocline_http_connections", null, "Open connections.");
        ProcessGauges.AddTo(_meter, time);
        _storeGauges = new StoreGauges(_meter, figures, lifecycle);
        PressureGauges.AddTo(_meter, figures.Governor);
        CacheGauges.AddTo(_meter, figures.Caches);
        PackingGauges.AddTo(_meter, () => _storeGauges.Now.Packing);
        _bus = figures.Bus;
        _busNow = _bus?.Status;
        if (_bus is not null)
            EventGauges.AddTo(_meter, () => _busNow!, time);
        EventGauges.AddTo(_meter, figures.MemoryEvents);
        ColdGauges.AddTo(_meter, () => _storeGauges.Now.Cold, () => _storeGauges.Wire);
    }

    /// <summary>Counts a finished request. Its labels come from fixed lists, whatever a client sends.</summary>
    public void RequestEnded(HttpContext context, TimeSpan took)
    {
        string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unmatched";
        string method = Array.Find(Methods, each => each == context.Request.Method) ?? "other";
        string status = StatusClasses[Math.Clamp(context.Response.StatusCode / 100, 1, 5) - 1];
        TagList tags = new() { { "route", route }, { "method", method }, { "status", status } };
        _requestDuration.Record(took.TotalSeconds, tags);
    }

    /// <summary>Counts a finished call of a component. Its labels come from fixed lists, whatever a client sends.</summary>
    public void CallEnded(HttpContext context, TimeSpan took)
    {
        string method = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown";
        // A call that never came to a method says how it ended in its headers.
        IHeaderDictionary? trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        string status = trailers?["grpc-status"] is [{ } ended] ? ended : context.Response.Headers["grpc-status"] is [{ } refused] ? refused : "1";
        _callDuration.Record(took.TotalSeconds, new TagList { { "method", method }, { "status", status } });
    }

    /// <summary>A connection was accepted.</summary>
    public void ConnectionOpened(ListenerRole role) =>
        _connections.Add(1, new KeyValuePair<string, object?>("listener", role.Name));

    /// <summary>A connection ended.</summary>
    public void ConnectionClosed(ListenerRole role) =>
        _connections.Add(-1, new KeyValuePair<string, object?>("listener", role.Name));

    /// <summary>Writes all metrics.</summary>
    public void Write(IBufferWriter<byte> output) => _exposition.Write(output, Look);

    // Once a scrape, for all that is told of one moment.
    private void Look()
    {
        _storeGauges.Look();
        _busNow = _bus?.Status;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _exposition.Dispose();
        _meter.Dispose();
    }
}
