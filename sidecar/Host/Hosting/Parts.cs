using System.Security.Cryptography;
using Thermocline.Contract.Configuration;
using Thermocline.Events;
using Thermocline.Events.Dapr;
using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Events;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Metrics;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>The parts of one sidecar, made once and given to whoever works on them.</summary>
internal sealed class Parts : IDisposable
{
    /// <summary>Largest value the store takes, and so the largest content of a memory.</summary>
    public const int ContentBytesMax = 16 << 20;

    public Parts(SidecarSetup setup, TieredStore store, AdminToken token, ColdHealth cold, OpenBus? bus)
    {
        Bus = bus?.Bus;
        Deliveries = bus?.Deliveries;
        Cold = cold;
        Setup = setup;
        Token = token;
        Listeners = new BoundListeners(setup.Reading.Configuration.Listen, setup.Reading.Configuration.Dapr);
        Levels = new LogLevelSwitch(setup.Reading.Configuration.Telemetry.LogLevel);
        MemoryEvents = new MemoryEvents(setup, store);
        Memories = new Memories(store, setup.Time, new IdSource(setup.Time, RandomNumberGenerator.Fill), ContentBytesMax, MemoryEvents.Writes);
        SidecarConfiguration configuration = setup.Reading.Configuration;
        Sense = setup.Sense is null ? new MemorySense() : null;
        Governor = new Governor.Governor(
            new GovernorSetup(store, Memories.Caches, configuration.Tiers.Cold.Kind != ColdKind.None, setup.Sense ?? Sense!.Read, setup.LimitHeap,
                setup.CollectInBackground, Lifecycle.Requests.TakeSlowest, setup.Time),
            configuration.Budget);
        Plane = new DataPlane(store, setup.Time, new BodyBudget(Governor, store.Memory.Ledger));
        Force = new ConfigurationInForce(configuration, store, Governor, Levels);
        Meter = new SidecarMeter(new SidecarFigures(store, cold, Memories.Caches, Governor, Bus, MemoryEvents), Lifecycle, setup.Time);
    }

    public SidecarSetup Setup { get; }

    public Memories Memories { get; }

    public MemoryEvents MemoryEvents { get; }

    public DataPlane Plane { get; }

    /// <summary>The event bus; null when nothing uses it.</summary>
    public IEventBus? Bus { get; }

    /// <summary>What Dapr's deliveries are given to; null when events come another way.</summary>
    public DaprDeliveries? Deliveries { get; }

    public AdminToken Token { get; }

    public BoundListeners Listeners { get; }

    public Lifecycle Lifecycle { get; } = new();

    public LogLevelSwitch Levels { get; }

    public ConfigurationInForce Force { get; }

    public ColdHealth Cold { get; }

    public Governor.Governor Governor { get; }

    /// <summary>The kernel's files it reads; null when somebody else reads memory for it.</summary>
    public MemorySense? Sense { get; }

    public SidecarMeter Meter { get; }

    /// <summary>Ends the governor, and all that charges memory but the store.</summary>
    public void Dispose()
    {
        Governor.Dispose();
        Meter.Dispose();
        Plane.Bodies.Dispose();
        Memories.Dispose();
        Lifecycle.Dispose();
        Sense?.Dispose();
    }
}
