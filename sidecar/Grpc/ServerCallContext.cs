using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Calls;

namespace Thermocline.Grpc;

/// <summary>One call as its handler sees it. Not to be used once the handler has returned.</summary>
public sealed class ServerCallContext
{
    private readonly CallHost _host;
    private readonly long _startedAt;
    private readonly TimeSpan? _timeout;
    private Metadata? _requestHeaders;
    private CallCancellation? _cancellation;
    private long _charged;
    private bool _ended;

    internal ServerCallContext(HttpContext http, string method, CallHost host, TimeSpan? timeout)
    {
        Http = http;
        Method = method;
        _host = host;
        _timeout = timeout;
        if (timeout is not null)
            _startedAt = host.Options.Time.GetTimestamp();
    }

    /// <summary>What is called: <c>/service/method</c>.</summary>
    public string Method { get; }

    /// <summary>What the caller says beside its message.</summary>
    public Metadata RequestHeaders => _requestHeaders ??= new Metadata(Http.Request.Headers);

    /// <summary>When the caller stops waiting, in UTC; <see cref="DateTime.MaxValue"/> when it never does.</summary>
    public DateTime Deadline => _timeout is null ? DateTime.MaxValue : (_host.Options.Time.GetUtcNow() + Remaining).UtcDateTime;

    /// <summary>Cancelled at the deadline, when the caller gives up or is gone, when the server stops, and after the call.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (Volatile.Read(ref _ended))
                return new CancellationToken(canceled: true);
            if (Volatile.Read(ref _cancellation) is { } known)
                return known.Token;
            var made = new CallCancellation(_timeout is null ? null : Remaining, _host.Options.Time, Http.RequestAborted, _host.Stopping);
            if (Interlocked.CompareExchange(ref _cancellation, made, null) is not { } first)
                return made.Token;
            made.Dispose();
            return first.Token;
        }
    }

    internal HttpContext Http { get; }

    internal GrpcOptions Options => _host.Options;

    /// <summary>Whether bytes of a message were written, sent or not.</summary>
    internal bool HasWritten { get; set; }

    /// <summary>Whether a message was begun and not ended: nothing that follows can be understood.</summary>
    internal bool Torn { get; set; }

    internal bool HasDeadline => _timeout is not null;

    // The timer that cancels the call may be a little ahead of the clock it is compared with.
    internal bool DeadlinePassed => _timeout is not null && (Remaining == TimeSpan.Zero || CancelledByTimer);

    internal bool Stopping => _host.Stopping.IsCancellationRequested;

    internal string? Encoding => Http.Request.Headers.GrpcEncoding is [.., { } last] ? last : null;

    private bool CancelledByTimer => Volatile.Read(ref _cancellation) is { Token.IsCancellationRequested: true }
        && !Stopping && !Http.RequestAborted.IsCancellationRequested;

    private TimeSpan Remaining
    {
        get
        {
            TimeSpan left = _timeout!.Value - _host.Options.Time.GetElapsedTime(_startedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Takes bytes from the budget until <see cref="Release"/> or the end of the call.</summary>
    internal bool TryCharge(long bytes)
    {
        if (_host.Options.TryTake is not { } take || bytes == 0)
            return true;
        if (!take(bytes))
            return false;
        Interlocked.Add(ref _charged, bytes);
        return true;
    }

    /// <summary>Gives bytes back before the end of the call.</summary>
    internal void Release(long bytes)
    {
        if (_host.Options.Return is not { } giveBack || bytes == 0)
            return;
        Interlocked.Add(ref _charged, -bytes);
        giveBack(bytes);
    }

    internal void End()
    {
        Volatile.Write(ref _ended, true);
        Volatile.Read(ref _cancellation)?.Dispose();
        Release(Interlocked.Read(ref _charged));
    }
}
