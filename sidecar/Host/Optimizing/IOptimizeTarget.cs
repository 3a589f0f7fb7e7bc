using Thermocline.Contract.Status;
using Thermocline.Memory.Pruning;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>What is optimised: a data folder, or a running sidecar.</summary>
internal interface IOptimizeTarget
{
    /// <summary>Optimises, or only looks.</summary>
    /// <param name="rules">Which records are deleted.</param>
    /// <param name="olderThanDays">The age the rules were made of.</param>
    /// <param name="dry">Whether nothing is changed.</param>
    /// <param name="cancellation">Stops it.</param>
    Task<OptimizeReport> RunAsync(PruneRules rules, int? olderThanDays, bool dry, CancellationToken cancellation);
}
