namespace Thermocline.Contract.Status;

/// <summary>One kind of request to the cold store.</summary>
/// <param name="Operation">Its name: probe, put, upload, head, get, read, list, delete or discard.</param>
/// <param name="Requests">Requests sent, repeated ones included.</param>
/// <param name="Failures">Requests that failed.</param>
/// <param name="Retries">Requests that repeated a failed one.</param>
/// <param name="Rejections">Calls that were not sent because the circuit was open.</param>
/// <param name="BytesIn">Bytes received.</param>
/// <param name="BytesOut">Bytes sent.</param>
/// <param name="MeanMs">Milliseconds a request took on average.</param>
/// <param name="MaxMs">Milliseconds the slowest took.</param>
public sealed record ColdOperationReport(
    string Operation, long Requests, long Failures, long Retries, long Rejections, long BytesIn, long BytesOut, double MeanMs, double MaxMs);
