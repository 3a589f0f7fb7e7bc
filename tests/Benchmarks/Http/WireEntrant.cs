using System.Net;
using Thermocline.Benchmarks.Measure;
using Thermocline.Benchmarks.Wire;

namespace Thermocline.Benchmarks.Http;

/// <summary>One server in one case, and what its rounds gave.</summary>
internal sealed class WireEntrant(string engine, EndPoint endPoint, IWireProtocol protocol)
{
    private readonly List<double> _perSecond = [];
    private readonly List<double> _p50 = [];
    private readonly List<double> _p99 = [];

    public string Engine { get; } = engine;

    public EndPoint EndPoint { get; } = endPoint;

    public IWireProtocol Protocol { get; } = protocol;

    public double PerSecond => Samples.Median(_perSecond);

    public double P50Us => Samples.Median(_p50);

    public double P99Us => Samples.Median(_p99);

    public void Note(Samples samples, TimeSpan duration)
    {
        samples.Sort();
        _perSecond.Add(samples.Count / duration.TotalSeconds);
        _p50.Add(samples.PercentileNs(50) / 1000);
        _p99.Add(samples.PercentileNs(99) / 1000);
    }
}
