using System.Buffers;
using System.Diagnostics.Metrics;

namespace Thermocline.Sidecar.Metrics;

/// <summary>
/// Listens to one meter and writes what it measured as Prometheus text 0.0.4. Shaped like the collectors of the common
/// exporters, so that one of them can take its place (docs/decisions/0003).
/// </summary>
internal sealed class MeterExposition : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<Family> _families = [];
    private readonly Lock _collecting = new();

    public MeterExposition(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, meter))
                return;
            Family family = new(instrument);
            lock (_collecting)
                _families.Add(family);
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>(OnMeasured);
        _listener.SetMeasurementEventCallback<double>(OnMeasured);
        _listener.Start();
    }

    /// <summary>Observes everything observable and writes all families in the order of their names.</summary>
    /// <param name="output">Where the text goes.</param>
    /// <param name="before">Runs before anything is observed.</param>
    public void Write(IBufferWriter<byte> output, Action before)
    {
        // One scrape at a time: two would observe into the same series. Nothing in here waits.
        lock (_collecting)
        {
            before();
            _listener.RecordObservableInstruments();
            foreach (Family family in _families.OrderBy(each => each.Name, StringComparer.Ordinal))
                PrometheusText.Write(family, output);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void OnMeasured(
        Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((Family)state!).Record(value, tags, instrument.IsObservable);

    private static void OnMeasured(
        Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((Family)state!).Record(value, tags, instrument.IsObservable);
}
