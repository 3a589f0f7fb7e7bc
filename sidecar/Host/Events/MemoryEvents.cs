using Thermocline.Contract.Configuration;
using Thermocline.Events;
using Thermocline.Memory.Announcing;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;

namespace Thermocline.Sidecar.Events;

/// <summary>What memories publish of themselves: what <c>events.publish</c> names.</summary>
internal sealed class MemoryEvents : IAsyncDisposable
{
    private readonly (TimeProvider Time, Func<double> Chance) _world;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tellers = [];

    /// <summary>Begins with what an earlier process left untold.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public MemoryEvents(SidecarSetup setup, TieredStore store)
    {
        EventsConfiguration events = setup.Reading.Configuration.Events;
        _world = (setup.Time, setup.Chance);
        if (events.Publish.Contains(EventsConfiguration.MemoryWrite))
        {
            var options = new AnnouncementOptions { WaitMax = TimeSpan.FromMilliseconds(events.PublishWaitMs) };
            Writes = Announcements.Open(store, options, setup.Time);
        }

        if (events.Publish.Contains(EventsConfiguration.MemoryAccess))
            Reads = new AccessCounts(setup.Time);
    }

    /// <summary>What was saved and is to be told; null when nobody is told.</summary>
    public Announcements? Writes { get; }

    /// <summary>What was read and is to be told; null when nobody is told.</summary>
    public AccessCounts? Reads { get; }

    /// <summary>What is told, as an event of the bus.</summary>
    /// <param name="kind">The kind, which is its topic's name too.</param>
    /// <param name="id">By which a second delivery is known.</param>
    /// <param name="context">The session; empty for none.</param>
    /// <param name="time">When it happened, ISO 8601.</param>
    /// <param name="data">A JSON object.</param>
    public static EventDraft Draft(string kind, string id, string context, string time, ReadOnlySpan<byte> data) => new()
    {
        Payload = MemoryEnvelope.Of(kind, id, context, time, data),
        Context = context,
        Id = id,
        ContentType = MemoryEnvelope.MediaType,
    };

    /// <summary>Begins to publish.</summary>
    public void Start(IEventBus bus, ILogger logger)
    {
        if (Writes is not null)
            _tellers.Add(new WriteTeller(Writes, bus, _world, logger).RunAsync(_stop.Token));
        if (Reads is not null)
            _tellers.Add(new AccessTeller(Reads, bus, _world.Time, logger).RunAsync(_stop.Token));
    }

    /// <summary>Publishes nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await Task.WhenAll(_tellers);
        _stop.Dispose();
    }
}
