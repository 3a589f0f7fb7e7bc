using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Sidecars;

/// <summary>What came of asking one sidecar.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Answer">What it said; null when it said nothing that can be used.</param>
/// <param name="Failure">Why it did not do what was asked, in words; null when it did.</param>
/// <param name="Code">The stable word of its refusal, such as <c>no-cold-store</c>; null when there is none.</param>
internal sealed record SidecarAnswer<T>(EntityKey Pod, T? Answer, string? Failure, string? Code = null)
    where T : class
{
    /// <summary>Whether it did what was asked.</summary>
    public bool IsDone => Failure is null;
}
