namespace Thermocline.Store.Cold.Resilience;

/// <summary>Counters of one operation since the store was opened.</summary>
/// <param name="Operation">Which one.</param>
/// <param name="Requests">Requests sent, repeated ones included.</param>
/// <param name="Failures">Requests that failed.</param>
/// <param name="Retries">Requests that repeated a failed one.</param>
/// <param name="Rejections">Calls that were not sent because the circuit was open.</param>
/// <param name="BytesIn">Bytes of objects received.</param>
/// <param name="BytesOut">Bytes of objects sent and acknowledged.</param>
/// <param name="LatencySum">Time all requests took, failed ones included.</param>
/// <param name="LatencyMax">Time the slowest took.</param>
public sealed record ColdOperationStatus(
    ColdOperation Operation,
    long Requests,
    long Failures,
    long Retries,
    long Rejections,
    long BytesIn,
    long BytesOut,
    TimeSpan LatencySum,
    TimeSpan LatencyMax);
