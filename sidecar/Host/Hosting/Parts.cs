using System.Security.Cryptography;
using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Metrics;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>The parts of one sidecar, made once and given to whoever works on them.</summary>
internal sealed class Parts
{
    /// <summary>Largest value the store takes, and so the largest content of a memory.</summary>
    public const int ContentBytesMax = 16 << 20;

    public Parts(SidecarSetup setup, TieredStore store, AdminToken token, ColdHealth cold)
    {
        Cold = cold;
        Setup = setup;
        Token = token;
        DerivedSizes sizes = DerivedSizes.Of(setup.Reading.Configuration.Budget.Limit);
        Plane = new DataPlane(store, setup.Time, new BodyBudget(sizes.BodyBytes));
        Listeners = new BoundListeners(setup.Reading.Configuration.Listen);
        Levels = new LogLevelSwitch(setup.Reading.Configuration.Telemetry.LogLevel);
        Memories = new Memories(store, setup.Time, new IdSource(setup.Time, RandomNumberGenerator.Fill), ContentBytesMax);
        Memories.Caches.BytesMax = sizes.CacheBytes;
        Force = new ConfigurationInForce(setup.Reading.Configuration, store, Memories.Caches, Levels);
        Meter = new SidecarMeter(new SidecarFigures(store, cold, Memories.Caches), Lifecycle, setup.Time);
    }

    public SidecarSetup Setup { get; }

    public Memories Memories { get; }

    public DataPlane Plane { get; }

    public AdminToken Token { get; }

    public BoundListeners Listeners { get; }

    public Lifecycle Lifecycle { get; } = new();

    public LogLevelSwitch Levels { get; }

    public ConfigurationInForce Force { get; }

    public ColdHealth Cold { get; }

    public SidecarMeter Meter { get; }
}
