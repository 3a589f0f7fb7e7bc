using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Get;

/// <summary>Reads on behalf of one thread. Each method does <c>count</c> gets, in the order of the lookups.</summary>
internal interface IReader : IDisposable
{
    /// <summary>Finds each value and reads one byte of it; returns their sum, so that nothing can be skipped.</summary>
    long Touch(Lookups lookups, int from, int count);

    /// <summary>Finds each value and copies it whole; returns the sum of one byte of each copy.</summary>
    long Copy(Lookups lookups, int from, int count, byte[] destination);
}
