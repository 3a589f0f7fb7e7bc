using Microsoft.Extensions.Logging;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Hosting.Metrics;

namespace Thermocline.Operator.Hosting;

/// <summary>What every part of the operator may use.</summary>
/// <param name="Options">How it is run.</param>
/// <param name="Client">What asks the API server.</param>
/// <param name="Logs">Makes loggers.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
internal sealed record OperatorSurroundings(
    RunOptions Options, ClusterClient Client, ILoggerFactory Logs, OperatorMetrics Metrics, TimeProvider Time)
{
    /// <summary>Chance, from 0 to 1, for pauses; nobody's secret depends on it.</summary>
    public Func<double> Chance { get; init; } = static () => System.Security.Cryptography.RandomNumberGenerator.GetInt32(1 << 30) / (double)(1 << 30);

    /// <summary>The namespace of the operator's own objects.</summary>
    public string OwnNamespace => Options.OperatorNamespace.Length > 0 ? Options.OperatorNamespace : Client.DefaultNamespace;
}
