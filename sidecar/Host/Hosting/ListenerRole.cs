namespace Thermocline.Sidecar.Hosting;

/// <summary>Which listener a connection came in by; every connection carries one.</summary>
internal sealed class ListenerRole
{
    private ListenerRole(string name) => Name = name;

    /// <summary>The data API.</summary>
    public static ListenerRole Data { get; } = new("data");

    /// <summary>Health, metrics, status and what acts.</summary>
    public static ListenerRole Admin { get; } = new("admin");

    /// <summary>Calls of daprd.</summary>
    public static ListenerRole Component { get; } = new("component");

    /// <summary>Its name in metrics and logs.</summary>
    public string Name { get; }
}
