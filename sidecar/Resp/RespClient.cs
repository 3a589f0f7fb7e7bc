using Thermocline.Resp.Wire;

namespace Thermocline.Resp;

/// <summary>
/// A client of Redis: one connection that many share, made anew whenever it is lost. While it is away, and once one attempt to make
/// it has failed, sending fails at once. All members may be called from many threads at once.
/// </summary>
public sealed class RespClient : IAsyncDisposable
{
    private readonly RespOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Backoff _pauses;
    private readonly Task _running;
    private volatile TaskCompletionSource<RespConnection> _current = NewAttempt();
    private long _connections;

    /// <summary>Begins to connect.</summary>
    /// <param name="options">To what, and how.</param>
    /// <param name="time">The clock of pauses and limits.</param>
    /// <param name="random">Draws between 0 and 1 for the jitter of pauses; called by one thread at a time.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every mistake.</exception>
    public RespClient(RespOptions options, TimeProvider time, Func<double> random)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _time = time;
        _pauses = new Backoff(options.ReconnectDelay, options.ReconnectDelayMax, random);
        _running = RunAsync(_stop.Token);
    }

    /// <summary>Whether there is a connection now.</summary>
    public bool IsConnected => _current.Task is { IsCompletedSuccessfully: true, Result.Ended.IsCompleted: false };

    /// <summary>How many connections were made; another number says that one was lost in between.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Why the last connection failed or ended, for people, or null.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>
    /// Sends commands; their answers, one each, errors among them. Waits for the connection only while the first attempt to make it
    /// is under way. What was sent takes place although the caller does not wait for it.
    /// </summary>
    /// <exception cref="RespException">There are no answers.</exception>
    public async ValueTask<RespValue[]> SendAsync(RespBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Task<RespConnection> current = _current.Task;
        RespConnection connection;
        if (current.IsCompletedSuccessfully)
        {
            connection = current.Result;
        }
        else
        {
            try
            {
                connection = await current.WaitAsync(cancellation);
            }
            catch (RespException failure)
            {
                throw failure.Again();
            }
        }

        return await connection.SendAsync(batch).WaitAsync(cancellation);
    }

    /// <summary>Sends one command of text; its answer, which is no error.</summary>
    /// <exception cref="RespException">There is no answer, or it is an error.</exception>
    public async ValueTask<RespValue> AskAsync(RespBatch command, CancellationToken cancellation) =>
        (await SendAsync(command, cancellation))[^1].ThrowIfError();

    /// <summary>Ends the connection; what waits for an answer fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private static TaskCompletionSource<RespConnection> NewAttempt() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await OnceAsync(stopping);
                await Task.Delay(_pauses.Next(), _time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Fail(new RespException(RespFault.Closed, $"The client of {_options.Place} was closed."));
        }
    }

    // One connection, from the attempt to make it to its end.
    private async Task OnceAsync(CancellationToken stopping)
    {
        RespConnection connection;
        try
        {
            connection = await RespDialer.ConnectAsync(_options, _time, stopping);
        }
        catch (RespException failure)
        {
            Fail(failure);
            return;
        }

        using (connection)
        {
            long since = _time.GetTimestamp();
            Interlocked.Increment(ref _connections);
            if (!_current.TrySetResult(connection))
            {
                TaskCompletionSource<RespConnection> made = NewAttempt();
                made.SetResult(connection);
                _current = made;
            }

            RespException failure = await connection.Ended.WaitAsync(stopping);
            LastFailure = failure.Message;

            // A server that hangs up right away is not asked any faster than one that is not there; and who sends to one that
            // was there for a while waits for the first attempt to reach it again.
            if (_time.GetElapsedTime(since) < _options.ReconnectDelayMax)
            {
                Fail(failure);
                return;
            }

            _pauses.Reset();
            _current = NewAttempt();
        }
    }

    private void Fail(RespException failure)
    {
        LastFailure = failure.Message;
        if (_current.TrySetException(failure))
        {
            // Nobody may be waiting, and that is no fault of anybody's.
            _ = _current.Task.Exception;
            return;
        }

        TaskCompletionSource<RespConnection> failed = NewAttempt();
        failed.SetException(failure);
        _ = failed.Task.Exception;
        _current = failed;
    }
}
