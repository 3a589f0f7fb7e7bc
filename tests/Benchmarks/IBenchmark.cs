namespace Thermocline.Benchmarks;

/// <summary>One named comparison of ours with its peers.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>One line for the list of benchmarks.</summary>
    string Summary { get; }

    void Run(BenchSession session);
}
