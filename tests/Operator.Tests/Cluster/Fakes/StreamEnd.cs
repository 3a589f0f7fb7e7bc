namespace Thermocline.Operator.Tests.Cluster.Fakes;

/// <summary>How a stream ends.</summary>
internal enum StreamEnd
{
    Clean,
    Silence,
    Cut,
}
