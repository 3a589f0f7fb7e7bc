using Thermocline.Benchmarks.Children;
using Thermocline.Benchmarks.Measure;

namespace Thermocline.Benchmarks.Get;

/// <summary>An engine that is filled once and then read.</summary>
internal interface IReadEngine : IDisposable
{
    /// <summary>What the engine wants in front of every key.</summary>
    ReadOnlySpan<byte> KeyPrefix { get; }

    void Load(KeySpace space);

    /// <summary>Called once the lookups exist, before any reader is made.</summary>
    void Prepare(Lookups lookups);

    /// <param name="mode"><see cref="FreshMode"/> or <see cref="LongMode"/>.</param>
    IReader Reader(string mode);

    void AddFacts(Facts facts);

    /// <summary>Every get sees the last committed write.</summary>
    const string FreshMode = "fresh";

    /// <summary>One read transaction spans all gets: cheaper, and blind to later writes.</summary>
    const string LongMode = "long";
}
