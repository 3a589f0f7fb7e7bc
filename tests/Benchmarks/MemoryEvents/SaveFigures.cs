using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.MemoryEvents;

/// <summary>What one run of savers found: of all memories, and of single saves.</summary>
internal sealed record SaveFigures(double PerSecond, Samples Saves, double AllocatedPerMemory);
