namespace Thermocline.Grpc.Calls;

/// <summary>Joins the ways a call can be given up. Made only for calls that ask.</summary>
internal sealed class CallCancellation : IDisposable
{
    // The longest a timer of the runtime can run.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _aborted;
    private readonly CancellationTokenRegistration _stopping;

    public CallCancellation(TimeSpan? remaining, TimeProvider time, CancellationToken aborted, CancellationToken stopping)
    {
        _source = remaining is { } left && left < LongestWait ? new CancellationTokenSource(left, time) : new CancellationTokenSource();
        Token = _source.Token;
        _aborted = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _stopping = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token { get; }

    // The registrations first: once they are gone nobody cancels a source that is disposed of.
    public void Dispose()
    {
        _aborted.Dispose();
        _stopping.Dispose();
        _source.Dispose();
    }
}
