using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Events;

/// <summary>What one run of publishers found: of all events, and of single publications.</summary>
internal sealed record PublishFigures(double PerSecond, Samples Publications, double AllocatedPerEvent);
