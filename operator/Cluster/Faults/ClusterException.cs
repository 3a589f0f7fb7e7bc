namespace Thermocline.Operator.Cluster.Faults;

/// <summary>The cluster did not do what was asked: which request, what went wrong, and the causes the server named.</summary>
internal sealed class ClusterException(ClusterFault fault, string request, string message, Exception? inner = null)
    : Exception($"{request}: {message}", inner)
{
    public ClusterFault Fault { get; } = fault;

    public string Request { get; } = request;

    /// <summary>The status code; 0 when there was no answer.</summary>
    public int Code { get; init; }

    public IReadOnlyList<FaultCause> Causes { get; init; } = [];

    /// <summary>How long the server wants to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
