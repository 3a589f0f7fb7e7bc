namespace Thermocline.Testing.Dapr;

/// <summary>A Component resource, as far as a pluggable component and its daprd care.</summary>
/// <param name="Name">Its name, sent with every call as x-component-instance.</param>
/// <param name="Type">For example <c>state.thermocline</c>.</param>
public sealed record DaprdComponent(string Name, string Type)
{
    /// <summary>spec.metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>spec.initTimeout. Init is not cancelled by it: what took longer counts as failed afterwards.</summary>
    public TimeSpan InitTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The outbound policy for it.</summary>
    public DaprdResiliency Resiliency { get; init; } = DaprdResiliency.None;
}
