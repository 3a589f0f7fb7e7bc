using Thermocline.Dashboards.Grafana;

namespace Thermocline.Dashboards.Sidecar;

/// <summary>Numbers of the sidecar that stand for states, by the names its documents use.</summary>
internal static class States
{
    public static IReadOnlyList<Naming> Pressure { get; } =
        [new(0, "calm", "green"), new(1, "routine", "yellow"), new(2, "critical", "orange"), new(3, "refusing", "red")];

    public static IReadOnlyList<Naming> Level { get; } =
        [new(0, "Off", "text"), new(1, "Fast", "blue"), new(2, "Balanced", "green"), new(3, "Max", "purple")];

    public static IReadOnlyList<Naming> Circuit { get; } = [new(0, "closed", "green"), new(1, "open", "red"), new(2, "half open", "yellow")];

    /// <summary>1 is as it should be.</summary>
    public static IReadOnlyList<Naming> Wanted { get; } = [new(0, "no", "red"), new(1, "yes", "green")];

    /// <summary>0 is as it should be.</summary>
    public static IReadOnlyList<Naming> Unwanted { get; } = [new(0, "no", "green"), new(1, "yes", "red")];
}
