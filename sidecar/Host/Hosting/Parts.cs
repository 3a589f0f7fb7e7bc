using Thermocline.Sidecar.Configuration;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Metrics;
using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>The parts of one sidecar, made once and given to whoever works on them.</summary>
internal sealed class Parts
{
    public Parts(SidecarSetup setup, TieredStore store, AdminToken token)
    {
        Setup = setup;
        Token = token;
        DerivedSizes sizes = DerivedSizes.Of(setup.Reading.Configuration.Budget.Limit);
        Plane = new DataPlane(store, setup.Time, new BodyBudget(sizes.BodyBytes));
        Listeners = new BoundListeners(setup.Reading.Configuration.Listen);
        Levels = new LogLevelSwitch(setup.Reading.Configuration.Telemetry.LogLevel);
        Force = new ConfigurationInForce(setup.Reading.Configuration, store, Levels);
        Meter = new SidecarMeter(store, Lifecycle, setup.Time);
    }

    public SidecarSetup Setup { get; }

    public DataPlane Plane { get; }

    public AdminToken Token { get; }

    public BoundListeners Listeners { get; }

    public Lifecycle Lifecycle { get; } = new();

    public LogLevelSwitch Levels { get; }

    public ConfigurationInForce Force { get; }

    public SidecarMeter Meter { get; }
}
