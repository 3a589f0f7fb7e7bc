using Thermocline.Contract.Configuration;
using Thermocline.Contract.Reading;
using Thermocline.Sidecar.Hosting;
using Thermocline.Store;

namespace Thermocline.Sidecar.Configuration;

/// <summary>The configuration the sidecar runs by, and the one place that changes it while it runs.</summary>
internal sealed class ConfigurationInForce(SidecarConfiguration started, TieredStore store, Governor.Governor governor, LogLevelSwitch levels)
{
    private static readonly string[] BudgetNames =
    [
        "budget.limit", "budget.highWatermark", "budget.criticalWatermark", "budget.intervalSeconds", "budget.shares.states",
        "budget.shares.signals", "budget.shares.cache", "budget.shares.connections", "budget.shares.system",
    ];

    /// <summary>Settings that take effect without a restart.</summary>
    private static readonly string[] Live = ["revision", .. BudgetNames, "compression.level", "durability.policy", "telemetry.logLevel"];

    private volatile Snapshot _now = new(started, ConfigurationYaml.RevisionOf(started), []);

    /// <summary>The configuration in force: live settings are the newest, all others those of the start.</summary>
    public SidecarConfiguration Configuration => _now.Configuration;

    /// <summary>Names the newest accepted configuration.</summary>
    public string Revision => _now.Revision;

    /// <summary>Settings of the newest accepted configuration that wait for a restart.</summary>
    public IReadOnlyList<string> PendingRestart => _now.PendingRestart;

    /// <summary>Takes over what can be taken over; answers the settings that changed and took effect.</summary>
    public IReadOnlyList<string> Accept(SidecarConfiguration wanted)
    {
        string[] changed = [.. ConfigurationValues.Differences(Configuration, wanted).Intersect(Live)];
        SidecarConfiguration next = Configuration with
        {
            Revision = wanted.Revision,
            Budget = wanted.Budget,
            Compression = Configuration.Compression with { Level = wanted.Compression.Level },
            Durability = Configuration.Durability with { Policy = wanted.Durability.Policy },
            Telemetry = Configuration.Telemetry with { LogLevel = wanted.Telemetry.LogLevel },
        };
        store.Durability = StoreSettings.PolicyOf(next);
        store.Compression = StoreSettings.LevelOf(next.Compression.Level);
        governor.Accept(next.Budget);
        levels.Severity = next.Telemetry.LogLevel;
        _now = new Snapshot(next, ConfigurationYaml.RevisionOf(wanted), ConfigurationValues.Differences(next, wanted));
        return changed;
    }

    private sealed record Snapshot(
        SidecarConfiguration Configuration, string Revision, IReadOnlyList<string> PendingRestart);
}
