using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Thermocline.Store.Cold.Resilience;

/// <summary>
/// Sends a request: each attempt has a time limit, failures that may pass are repeated after a growing pause, and when too many
/// fail none is sent for a while. Counts all of it.
/// </summary>
internal sealed class ColdPipeline
{
    private static readonly ResiliencePropertyKey<ColdOperation> Operation = new("operation");
    private static readonly ResiliencePropertyKey<TimeSpan> Limit = new("limit");

    // Failures further apart than this are no row.
    private static readonly TimeSpan Row = TimeSpan.FromMinutes(10);

    private readonly ResilienceOptions _options;
    private readonly ColdCounters _counters;
    private readonly TimeProvider _time;
    private readonly CircuitBreakerStateProvider _circuit = new();
    private readonly ResiliencePipeline _pipeline;
    private int _failuresInRow;

    public ColdPipeline(ResilienceOptions options, ColdCounters counters, TimeProvider time, Func<double>? randomizer)
    {
        _options = options;
        _counters = counters;
        _time = time;
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.RetriesMax > 0)
            builder.AddRetry(Retry(randomizer));
        _pipeline = builder.AddCircuitBreaker(Breaker()).AddTimeout(new TimeoutStrategyOptions
        {
            TimeoutGenerator = arguments => new(arguments.Context.Properties.GetValue(Limit, options.AttemptTimeout)),
        }).Build();
    }

    public ColdCircuit Circuit => _circuit.CircuitState switch
    {
        CircuitState.Closed => ColdCircuit.Closed,
        CircuitState.HalfOpen => ColdCircuit.HalfOpen,
        _ => ColdCircuit.Open,
    };

    /// <summary>Sends a request until it is answered or given up.</summary>
    /// <param name="operation">What it counts as.</param>
    /// <param name="bytes">Bytes it moves at most, for which it is granted time.</param>
    /// <param name="attempt">Sends it once.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="StoreException">It failed for good, or the circuit is open.</exception>
    public async ValueTask<ColdMoved<T>> RunAsync<T>(
        ColdOperation operation, long bytes, Func<CancellationToken, ValueTask<ColdMoved<T>>> attempt, CancellationToken cancellation)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellation);
        context.Properties.Set(Operation, operation);
        context.Properties.Set(Limit, _options.TimeoutOf(bytes));
        try
        {
            return await _pipeline.ExecuteAsync(
                stopping => CountedAsync(operation, attempt, stopping.CancellationToken, cancellation), context);
        }
        catch (BrokenCircuitException open)
        {
            _counters.Rejected(operation);
            throw ColdFailure.Unavailable(
                "be asked", $"too many requests failed; the next is tried in {open.RetryAfter ?? _options.CircuitBreak:g} at most.", open);
        }
        catch (TimeoutRejectedException late)
        {
            throw TimedOut(operation, late);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static StoreException TimedOut(ColdOperation operation, Exception late) =>
        ColdFailure.Unavailable($"answer {operation}", "there was no answer in time.", late);

    private static bool MayPass(Exception? failure) =>
        failure is StoreException { Fault: StoreFault.ColdUnavailable } or TimeoutRejectedException;

    // Two writes that met say nothing of the store's health.
    private static bool IsIllness(Exception? failure) => MayPass(failure) && !ColdFailure.IsConflict(failure);

    private RetryStrategyOptions Retry(Func<double>? randomizer)
    {
        var retry = new RetryStrategyOptions
        {
            MaxRetryAttempts = _options.RetriesMax,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.RetryDelay,
            MaxDelay = _options.RetryDelayMax,
            ShouldHandle = static arguments => new(MayPass(arguments.Outcome.Exception)),
            OnRetry = arguments =>
            {
                _counters.Retried(arguments.Context.Properties.GetValue(Operation, default));
                return default;
            },
        };
        if (randomizer is not null)
            retry.Randomizer = randomizer;
        return retry;
    }

    // Polly counts shares of many requests; a cold store gets few, so failures in a row are counted here, and the one that
    // completes the row is the first that Polly is told of.
    private CircuitBreakerStrategyOptions Breaker() => new()
    {
        FailureRatio = 0,
        MinimumThroughput = 2,
        SamplingDuration = Row,
        BreakDuration = _options.CircuitBreak,
        StateProvider = _circuit,
        ShouldHandle = arguments =>
            new(IsIllness(arguments.Outcome.Exception) && Volatile.Read(ref _failuresInRow) >= _options.CircuitFailures),
        OnOpened = _ =>
        {
            _counters.Opened();
            return default;
        },
    };

    private async ValueTask<ColdMoved<T>> CountedAsync<T>(
        ColdOperation operation,
        Func<CancellationToken, ValueTask<ColdMoved<T>>> attempt,
        CancellationToken stopping,
        CancellationToken cancellation)
    {
        long started = _time.GetTimestamp();
        try
        {
            ColdMoved<T> moved = await attempt(stopping);
            Volatile.Write(ref _failuresInRow, 0);
            _counters.Done(operation, _time.GetElapsedTime(started), moved.BytesIn, moved.BytesOut);
            return moved;
        }
        catch (Exception failure) when (failure is StoreException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            string said = failure is StoreException ? failure.Message : TimedOut(operation, failure).Message;
            if (failure is OperationCanceledException || IsIllness(failure))
                Interlocked.Increment(ref _failuresInRow);
            _counters.Failed(operation, _time.GetElapsedTime(started), said);
            throw;
        }
    }
}
