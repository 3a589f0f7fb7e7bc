using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Thermocline.Store.Cold.Dapr;

namespace Thermocline.Events.Dapr;

/// <summary>Sends requests to Dapr's sidecar: each with a time limit, repeated after a growing pause, and none for a while once too many failed.</summary>
internal sealed class DaprPipeline : IDisposable
{
    /// <summary>The status of a request that was not sent, because the file with the token cannot be read; the body says why.</summary>
    public const int NoToken = -1;

    /// <summary>The status of a request that was not sent, because too many failed before it.</summary>
    public const int LeftAlone = -2;

    private const int AnswerBytesMax = 1 << 20;

    // Failures further apart than this are no row.
    private static readonly TimeSpan Row = TimeSpan.FromMinutes(10);

    private readonly HttpClient _client;
    private readonly DaprToken _token;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<(int Status, byte[] Body)> _pipeline;
    private int _failuresInRow;
    private volatile int _lastStatus;

    public DaprPipeline(DaprOptions options, TimeProvider time, Func<double> random)
    {
        _token = new DaprToken(options.ApiTokenFile, time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            BaseAddress = options.Endpoint,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
        var builder = new ResiliencePipelineBuilder<(int Status, byte[] Body)> { TimeProvider = time };
        if (options.RetriesMax > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<(int Status, byte[] Body)>
            {
                MaxRetryAttempts = options.RetriesMax,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                Randomizer = random,
                ShouldHandle = static arguments => new(MayPass(arguments.Outcome)),
            });
        }

        _pipeline = builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<(int Status, byte[] Body)>
            {
                FailureRatio = 0,
                MinimumThroughput = 2,
                SamplingDuration = Row,
                BreakDuration = options.CircuitBreak,
                StateProvider = _state,
                ShouldHandle = arguments => new(MayPass(arguments.Outcome) && Volatile.Read(ref _failuresInRow) >= options.CircuitFailures),
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
    }

    /// <summary>What the last request was answered; 0 when it was not.</summary>
    public int LastStatus => _lastStatus;

    public bool IsOpen => _state.CircuitState is CircuitState.Open or CircuitState.Isolated;

    /// <summary>Sends a body; status 0 and no body when there was no answer.</summary>
    public async ValueTask<(int Status, byte[] Body)> SendAsync(
        HttpMethod method, string path, (string MediaType, ReadOnlyMemory<byte> Bytes) body, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(stop => OnceAsync(method, path, body, stop), cancellation);
        }
        catch (BrokenCircuitException)
        {
            return (LeftAlone, []);
        }
        catch (Exception away) when (away is HttpRequestException or TimeoutRejectedException)
        {
            return (0, []);
        }
    }

    public void Dispose() => _client.Dispose();

    // A server's own trouble, too many requests, and no answer at all.
    private static bool MayPass(Outcome<(int Status, byte[] Body)> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException || outcome.Result.Status is 408 or 429 or >= 500;

    private async ValueTask<(int Status, byte[] Body)> OnceAsync(
        HttpMethod method, string path, (string MediaType, ReadOnlyMemory<byte> Bytes) body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body.MediaType.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(body.Bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(body.MediaType);
        }

        if (!_token.TryRead(out string? token, out string? mistake))
            return (NoToken, Encoding.UTF8.GetBytes(mistake));
        if (token is not null)
            request.Headers.TryAddWithoutValidation(DaprToken.Header, token);
        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
            int status = (int)answer.StatusCode;
            _lastStatus = status;
            if (status == 401)
                _token.Doubt();
            if (status is 408 or 429 or >= 500)
                Interlocked.Increment(ref _failuresInRow);
            else
                Volatile.Write(ref _failuresInRow, 0);
            return (status, await answer.Content.ReadAsByteArrayAsync(cancellation));
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            _lastStatus = 0;
            Interlocked.Increment(ref _failuresInRow);
            throw;
        }
    }
}
