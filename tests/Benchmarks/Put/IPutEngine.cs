using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Put;

/// <summary>An engine that acknowledges a put once the disk has it.</summary>
internal interface IPutEngine : IDisposable
{
    /// <summary>Some writers put records one after the other for a while; returns the duration of each put.</summary>
    Samples Put(KeySpace space, int turn, int writers, TimeSpan duration);
}
