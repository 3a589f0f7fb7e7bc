namespace Thermocline.Store.Cold.Resilience;

/// <summary>Counts requests. Everything is changed under one lock, so that a snapshot agrees with itself.</summary>
internal sealed class ColdCounters(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly ColdOperationStatus[] _operations =
    [
        .. Enum.GetValues<ColdOperation>()
            .Select(operation => new ColdOperationStatus(operation, 0, 0, 0, 0, 0, 0, TimeSpan.Zero, TimeSpan.Zero)),
    ];

    private long _openings;
    private long _found;
    private string? _lastFailure;
    private DateTimeOffset? _lastFailureAt;

    public void Done(ColdOperation operation, TimeSpan took, long bytesIn, long bytesOut) =>
        Change(operation, now => Answered(now, took) with { BytesIn = now.BytesIn + bytesIn, BytesOut = now.BytesOut + bytesOut });

    public void Failed(ColdOperation operation, TimeSpan took, string failure)
    {
        lock (_gate)
        {
            _lastFailure = failure;
            _lastFailureAt = time.GetUtcNow();
            Change(operation, now => Answered(now, took) with { Failures = now.Failures + 1 });
        }
    }

    public void Retried(ColdOperation operation) => Change(operation, static now => now with { Retries = now.Retries + 1 });

    public void Rejected(ColdOperation operation) => Change(operation, static now => now with { Rejections = now.Rejections + 1 });

    public void Opened()
    {
        lock (_gate)
            _openings++;
    }

    public void FoundLostAnswer()
    {
        lock (_gate)
            _found++;
    }

    public ColdStatus Snapshot(string name, ColdCircuit circuit)
    {
        lock (_gate)
        {
            return new ColdStatus
            {
                Name = name,
                Circuit = circuit,
                Openings = _openings,
                LostAnswersFound = _found,
                LastFailure = _lastFailure,
                LastFailureAt = _lastFailureAt,
                Operations = [.. _operations],
            };
        }
    }

    private static ColdOperationStatus Answered(ColdOperationStatus now, TimeSpan took) => now with
    {
        Requests = now.Requests + 1,
        LatencySum = now.LatencySum + took,
        LatencyMax = took > now.LatencyMax ? took : now.LatencyMax,
    };

    private void Change(ColdOperation operation, Func<ColdOperationStatus, ColdOperationStatus> change)
    {
        lock (_gate)
            _operations[(int)operation] = change(_operations[(int)operation]);
    }
}
