using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Requests;

namespace Thermocline.Operator.Cluster.Leading;

/// <summary>
/// Lets one of many lead. Who leads is told to stop before anybody else may begin: the leader counts from before its last renewal was
/// sent, the others from after they saw it, each by its own clock, and the leader's time is shorter.
/// </summary>
internal sealed class LeaderElection
{
    private readonly LeaseOptions _options;
    private readonly TimeProvider _time;
    private readonly LeaseSeat _seat;
    private volatile bool _leading;
    private volatile string? _lastFailure;

    public LeaderElection(ClusterClient client, LeaseOptions options, TimeProvider time)
    {
        string[] mistakes = [.. options.Mistakes()];
        if (mistakes.Length > 0)
            throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        _options = options;
        _time = time;
        _seat = new LeaseSeat(client, options, time);
    }

    public bool IsLeading => _leading;

    /// <summary>Who led when we last looked.</summary>
    public string? Holder => _seat.Holder;

    public string? LastFailure => _lastFailure;

    /// <summary>
    /// Waits for its turn and leads; waits again when the lease is lost. Returns when the work ends by itself, and is cancelled with its
    /// token; the lease is given back then.
    /// </summary>
    /// <param name="lead">The work. Its token is cancelled when the lease may be lost; it has a few seconds to stop.</param>
    /// <param name="cancellation">Ends it. The lease is renewed until the work has stopped.</param>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellation)
    {
        bool lost;
        do
        {
            await AcquireAsync(cancellation);
            lost = await LeadAsync(lead, cancellation);
        }
        while (lost && !cancellation.IsCancellationRequested);
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task AcquireAsync(CancellationToken cancellation)
    {
        while (await AskAsync(_seat.TryTakeAsync, cancellation) != true || Left() <= TimeSpan.Zero)
            await Task.Delay(_options.RetryPeriod * (1 + (_options.Randomizer() / 5)), _time, cancellation);
    }

    // True when the lease was lost while the work was being done.
    private async Task<bool> LeadAsync(Func<CancellationToken, Task> lead, CancellationToken cancellation)
    {
        using var lost = new CancellationTokenSource(Left() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        using var ended = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, ended.Token);
        using CancellationTokenRegistration registration = lost.Token.Register(() => _leading = false);
        _leading = true;
        Task keeping = KeepAsync(lost, over.Token);
        bool isLost;
        try
        {
            await lead(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop, for one of two reasons.
        }
        finally
        {
            _leading = false;
            isLost = lost.IsCancellationRequested;
            await ended.CancelAsync();
            await keeping;
            // It is given back as ours or not at all: that it may run out meanwhile does no harm.
            if (!isLost)
                await ReleaseAsync();
        }

        return isLost;
    }

    // Renews until the work has ended or the lease is lost. The deadline is a timer, so that no request can outlast it.
    private async Task KeepAsync(CancellationTokenSource lost, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.RetryPeriod, _time, over);
                switch (await AskAsync(_seat.TryRenewAsync, over))
                {
                    case true when Left() is var left && left > TimeSpan.Zero:
                        lost.CancelAfter(left);
                        break;
                    case false:
                        await lost.CancelAsync();
                        return;
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Ended or lost.
        }
    }

    private TimeSpan Left() => _options.RenewDeadline - _time.GetElapsedTime(_seat.RenewedAt);

    // Null when the cluster did not answer.
    private async Task<bool?> AskAsync(Func<CancellationToken, Task<bool>> ask, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.RenewDeadline / 2, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await ask(either.Token);
        }
        catch (ClusterException failure)
        {
            _lastFailure = failure.Message;
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            _lastFailure = "The lease was not answered for in time.";
            return null;
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(_options.RetryPeriod, _time);
        try
        {
            await _seat.ReleaseAsync(limit.Token);
        }
        catch (Exception failure) when (failure is ClusterException or OperationCanceledException)
        {
            // It runs out by itself.
            _lastFailure = failure.Message;
        }
    }
}
