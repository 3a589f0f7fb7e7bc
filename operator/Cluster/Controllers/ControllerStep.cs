using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Controllers;

/// <summary>What is due for an object, from its metadata alone.</summary>
/// <param name="Kind">What.</param>
/// <param name="Finalizer">Which finalizer is to run.</param>
internal readonly record struct ControllerStep(ControllerStepKind Kind, string? Finalizer = null)
{
    /// <param name="metadata">Of the object.</param>
    /// <param name="ours">The names of our finalizers, in the order in which they run.</param>
    public static ControllerStep Of(ObjectMeta metadata, IReadOnlyList<string> ours)
    {
        IReadOnlyList<string> there = metadata.Finalizers ?? [];
        if (metadata.IsDeleting)
        {
            string? next = ours.FirstOrDefault(there.Contains);
            return next is null ? new(ControllerStepKind.Nothing) : new(ControllerStepKind.Finalize, next);
        }

        return ours.All(there.Contains) ? new(ControllerStepKind.Reconcile) : new(ControllerStepKind.Attach);
    }
}
