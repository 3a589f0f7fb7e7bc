namespace Thermocline.Testing.Scale;

/// <summary>How many objects an operator is given.</summary>
public sealed record ScaleOptions
{
    /// <summary>The operator's executable.</summary>
    public required string Program { get; init; }

    public int Clusters { get; init; } = 200;

    /// <summary>Pods of all clusters together; each has the same number.</summary>
    public int Pods { get; init; } = 5000;

    public int Namespaces { get; init; } = 20;

    /// <summary>How long it is watched while nothing happens.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests are counted after a change.</summary>
    public TimeSpan Aftermath { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long each phase may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);

    public int PodsEach => Pods / Clusters;

    /// <summary>Every second pod, the first included.</summary>
    public int AttachedEach => (PodsEach + 1) / 2;
}
