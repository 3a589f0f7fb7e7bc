using Thermocline.Memory.Pruning;

namespace Thermocline.Sidecar.Optimizing;

/// <summary>What an optimisation is asked to do.</summary>
/// <param name="Rules">Which records are deleted.</param>
/// <param name="Dry">Whether nothing is changed.</param>
/// <param name="Progress">Told after every page of records, or null.</param>
internal sealed record OptimizeOrder(PruneRules Rules, bool Dry, IProgress<PruneFigures>? Progress);
