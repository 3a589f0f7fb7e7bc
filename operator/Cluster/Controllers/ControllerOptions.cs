namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>How objects are looked after.</summary>
internal sealed record ControllerOptions<T>
    where T : class
{
    /// <summary>Objects that are worked on at the same time.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>What runs before an object may go, in this order.</summary>
    public IReadOnlyList<NamedFinalizer<T>> Finalizers { get; init; } = [];
}
