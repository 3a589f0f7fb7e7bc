using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Thermocline.Resp;

namespace Thermocline.Events.Redis.Publishing;

/// <summary>
/// Sends what publishers wait for: again after a short pause where nothing was taken, and not at all for a while once too many
/// failed in a row. A connection made anew closes the circuit, for then the server is there again.
/// </summary>
internal sealed class RedisCircuit
{
    private const int RetriesMax = 2;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(10);

    // Failures further apart than this are no row.
    private static readonly TimeSpan Row = TimeSpan.FromMinutes(10);

    private readonly RespClient _client;
    private readonly int _failuresMax;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline _pipeline;
    private int _failuresInRow;
    private long _connections;

    public RedisCircuit(RespClient client, RedisBusOptions options, TimeProvider time, Func<double> random)
    {
        _client = client;
        _failuresMax = options.CircuitFailures;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = RetriesMax,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = RetryDelay,
                Randomizer = random,
                ShouldHandle = static arguments => new(IsUntaken(arguments.Outcome.Exception)),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0,
                MinimumThroughput = 2,
                SamplingDuration = Row,
                BreakDuration = options.CircuitBreak,
                StateProvider = _state,
                ManualControl = _control,
                ShouldHandle = arguments =>
                    new(IsIllness(arguments.Outcome.Exception) && Volatile.Read(ref _failuresInRow) >= _failuresMax),
            })
            .Build();
    }

    public bool IsOpen => _state.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <exception cref="RespException">It failed, or the circuit is open.</exception>
    public async ValueTask<RespValue[]> SendAsync(RespBatch batch, CancellationToken cancellation)
    {
        long connections = _client.Connections;
        if (Interlocked.Exchange(ref _connections, connections) != connections)
        {
            Volatile.Write(ref _failuresInRow, 0);
            await _control.CloseAsync(cancellation);
        }

        try
        {
            return await _pipeline.ExecuteAsync(
                static (sent, stop) => sent.Circuit.OnceAsync(sent.Batch, stop), (Circuit: this, Batch: batch), cancellation);
        }
        catch (BrokenCircuitException)
        {
            throw new RespException(RespFault.Unreachable, "Too many publications failed; for a while none is sent.");
        }
    }

    // Errors of a server that is not itself; what it has against one event is no illness.
    private static bool IsIllness(Exception? failure) => failure is RespException
    {
        Fault: RespFault.TimedOut or RespFault.Lost or RespFault.Protocol,
    }
    or RespException { Fault: RespFault.Server, Code: "READONLY" or "OOM" or "MISCONF" or "MASTERDOWN" or "BUSY" };

    private static bool IsUntaken(Exception? failure) =>
        failure is RespException { Fault: RespFault.Unreachable } or RespException { Fault: RespFault.Server, Code: "LOADING" };

    private async ValueTask<RespValue[]> OnceAsync(RespBatch batch, CancellationToken cancellation)
    {
        long connections = _client.Connections;
        try
        {
            RespValue[] answers = await _client.SendAsync(batch, cancellation);
            foreach (RespValue answer in answers)
                answer.ThrowIfError();

            // What failed inside a transaction says so in the answer of its last command.
            foreach (RespValue answer in answers[^1].Items)
                answer.ThrowIfError();
            Volatile.Write(ref _failuresInRow, 0);
            return answers;
        }
        catch (RespException failure) when (IsIllness(failure))
        {
            // What failed with a connection that was lost says nothing of the one that was made since.
            if (connections == _client.Connections)
                Interlocked.Increment(ref _failuresInRow);
            throw;
        }
    }
}
