namespace Thermocline.Testing.Grpc;

/// <summary>When a caller stops waiting.</summary>
internal sealed class CallLimit : IDisposable
{
    private readonly CancellationTokenSource _both;
    private readonly CancellationToken _caller;

    private CallLimit(TimeSpan? after, CancellationToken caller)
    {
        _caller = caller;
        _both = CancellationTokenSource.CreateLinkedTokenSource(caller);
        if (after is { } wait)
            _both.CancelAfter(wait);
    }

    public CancellationToken Token => _both.Token;

    public bool GivenUpByCaller => _caller.IsCancellationRequested;

    public bool DeadlinePassed => _both.IsCancellationRequested && !_caller.IsCancellationRequested;

    public static CallLimit Of(CallOptions options, CancellationToken cancellation) =>
        new(options.GivesUpAtDeadline ? options.Timeout : null, cancellation);

    /// <summary>Gives the call up.</summary>
    public void Cancel() => _both.Cancel();

    public void Dispose() => _both.Dispose();
}
