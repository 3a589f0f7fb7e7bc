namespace Thermocline.Operator.Observe;

/// <summary>What not every cluster serves.</summary>
internal sealed record ServedKinds
{
    public bool DaprComponents { get; init; }

    public bool DaprResiliencies { get; init; }

    /// <summary>Resize of running pods.</summary>
    public bool Resize { get; init; }
}
