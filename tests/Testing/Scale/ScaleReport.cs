using System.Text.Json.Serialization;

namespace Thermocline.Testing.Scale;

/// <summary>What an operator took for many objects.</summary>
public sealed record ScaleReport
{
    public required int Clusters { get; init; }

    public required int Namespaces { get; init; }

    public required int Pods { get; init; }

    public required int PodsAttached { get; init; }

    /// <summary>What the pods are.</summary>
    public required string About { get; init; }

    public required IReadOnlyList<ScalePhase> Phases { get; init; }

    /// <summary>From the start after the kill until it leads: the dead one's lease has to run out.</summary>
    public required double LeadsAgainSeconds { get; init; }
}

/// <summary>One phase.</summary>
/// <param name="Name">Which.</param>
/// <param name="Seconds">How long it took until the status said so, or how long was looked.</param>
/// <param name="Counted">How long requests were counted, in seconds.</param>
/// <param name="Requests">Requests of the operator to the API server meanwhile.</param>
/// <param name="Writes">Those that were not reads.</param>
/// <param name="Rounds">Times it worked on a cluster.</param>
/// <param name="CpuSeconds">Processor time it took.</param>
/// <param name="Memory">Its memory at the end.</param>
public sealed record ScalePhase(
    string Name, double Seconds, double Counted, long Requests, long Writes, long Rounds, double CpuSeconds, OperatorMemory Memory)
{
    /// <summary>Requests about the one cluster that was changed, by the API server's log; null where all clusters were meant.</summary>
    public OwnRequests? Own { get; init; }

    public double RequestsPerSecond => Requests / Math.Max(Counted, 0.001);
}

/// <summary>Requests about one cluster.</summary>
/// <param name="Reads">Those that read.</param>
/// <param name="Writes">Those that wrote, events included.</param>
public sealed record OwnRequests(int Reads, int Writes);

/// <summary>What the kernel says an operator keeps in RAM, in bytes.</summary>
/// <param name="Resident">All resident pages.</param>
/// <param name="Anonymous">Those that no file stands behind.</param>
/// <param name="Peak">The most there ever were.</param>
public sealed record OperatorMemory(long Resident, long Anonymous, long Peak);

/// <summary>How a report is written to a file.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ScaleReport))]
public sealed partial class ScaleReportJson : JsonSerializerContext;
