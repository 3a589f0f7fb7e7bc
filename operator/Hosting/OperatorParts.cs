namespace Thermocline.Operator.Hosting;

/// <summary>What an operator consists of, besides its hosting.</summary>
internal sealed record OperatorParts
{
    /// <summary>What runs from the start to the end, whether this process leads or not: the webhooks, and the watches they need.</summary>
    public IReadOnlyList<OperatorTask> Always { get; init; } = [];

    /// <summary>What runs while this process leads. Begun anew each time it does.</summary>
    public IReadOnlyList<OperatorTask> Leading { get; init; } = [];

    /// <summary>What must be so before others may rely on this process.</summary>
    public IReadOnlyList<ReadyCheck> Checks { get; init; } = [];

    /// <summary>These parts and others.</summary>
    public OperatorParts With(OperatorParts others) => new()
    {
        Always = [.. Always, .. others.Always],
        Leading = [.. Leading, .. others.Leading],
        Checks = [.. Checks, .. others.Checks],
    };
}
