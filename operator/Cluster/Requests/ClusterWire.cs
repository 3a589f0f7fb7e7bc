using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Faults;

namespace Thermocline.Operator.Cluster.Requests;

/// <summary>
/// Sends requests. Attempts have a time limit; what may pass is repeated after a growing pause, or the one the server asks for, when
/// repeating cannot do the thing twice. Everything the network throws becomes a <see cref="ClusterException"/> here and nowhere else.
/// </summary>
internal sealed class ClusterWire : IDisposable
{
    private static readonly ResiliencePropertyKey<ClusterRequest> Sent = new("request");

    private readonly ClusterConnection _connection;
    private readonly ClientOptions _options;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeProvider _time;

    public ClusterWire(ClusterConnection connection, HttpMessageHandler handler, ClientOptions options, TimeProvider time)
    {
        _connection = connection;
        _options = options;
        _time = time;
        _http = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = options.AnswerBytesMax,
        };
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.RetriesMax > 0)
            builder.AddRetry(Retry());
        _pipeline = builder.AddTimeout(options.AttemptTimeout).Build();
    }

    public RequestCounts Counts { get; } = new();

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <exception cref="ClusterException">It was refused, or there was no answer.</exception>
    public async Task<byte[]> SendAsync(ClusterRequest request, CancellationToken cancellation)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellation);
        context.Properties.Set(Sent, request);
        try
        {
            return await _pipeline.ExecuteAsync(attempt => SendOnceAsync(request, attempt.CancellationToken), context);
        }
        catch (TimeoutRejectedException late)
        {
            throw TimedOut(request, late);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Sends a request once and hands over the answer as it comes; the caller disposes it.</summary>
    /// <exception cref="ClusterException">It was refused, or there was no answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(ClusterRequest request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_options.AttemptTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            HttpResponseMessage answer = await AskAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw await RefusalAsync(request, answer, either.Token);
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw TimedOut(request, late);
        }
    }

    public void Dispose() => _http.Dispose();

    private static ClusterException TimedOut(ClusterRequest request, Exception late) =>
        new(ClusterFault.TimedOut, request.Name, "there was no answer in time", late);

    private static TimeSpan? RetryAfter(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter?.Delta is { } wait && wait > TimeSpan.Zero ? wait : null;

    private async ValueTask<byte[]> SendOnceAsync(ClusterRequest request, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await AskAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsByteArrayAsync(cancellation)
            : throw await RefusalAsync(request, answer, cancellation);
    }

    private async Task<HttpResponseMessage> AskAsync(
        ClusterRequest request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        string? token = Token(request);
        using HttpRequestMessage message = request.ToMessage(_connection.Server, token);
        try
        {
            HttpResponseMessage answer = await _http.SendAsync(message, completion, cancellation);
            Counts.Add(request.Method, (int)answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
                _connection.Token?.Forget();
            return answer;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Counts.Add(request.Method, 0);
            throw Wrapped(request, failure);
        }
    }

    private string? Token(ClusterRequest request)
    {
        try
        {
            return _connection.Token?.Read();
        }
        catch (ConnectionException missing)
        {
            throw new ClusterException(ClusterFault.Unauthorized, request.Name, missing.Message, missing);
        }
    }

    private async Task<ClusterException> RefusalAsync(ClusterRequest request, HttpResponseMessage answer, CancellationToken cancellation)
    {
        byte[] body;
        try
        {
            body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Wrapped(request, failure);
        }

        return StatusAnswer.Read(request.Name, answer.StatusCode, body, RetryAfter(answer));
    }

    private ClusterException Wrapped(ClusterRequest request, Exception failure)
    {
        ClusterFault fault = (failure as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError => ClusterFault.Unreachable,
            HttpRequestError.SecureConnectionError => ClusterFault.Untrusted,
            HttpRequestError.ConfigurationLimitExceeded => ClusterFault.TooLarge,
            _ => ClusterFault.ConnectionLost,
        };
        string why = failure.InnerException is { } inner ? $"{failure.Message} {inner.Message}" : failure.Message;
        return new ClusterException(fault, request.Name, $"{_connection.Server.Authority}: {why}", failure);
    }

    private RetryStrategyOptions Retry()
    {
        var retry = new RetryStrategyOptions
        {
            MaxRetryAttempts = _options.RetriesMax,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.RetryDelay,
            MaxDelay = _options.RetryDelayMax,
            ShouldHandle = arguments => new(arguments.Context.Properties.TryGetValue(Sent, out ClusterRequest? request)
                && MayRepeat(request, arguments.Outcome.Exception, arguments.AttemptNumber)),
            DelayGenerator = arguments => new(arguments.Outcome.Exception is ClusterException { RetryAfter: { } wait }
                ? wait < _options.RetryDelayMax ? wait : _options.RetryDelayMax
                : null),
        };
        if (_options.Randomizer is not null)
            retry.Randomizer = _options.Randomizer;
        return retry;
    }

    private bool MayRepeat(ClusterRequest request, Exception? failure, int attempt) => failure switch
    {
        TimeoutRejectedException => request.IsRepeatable,
        ClusterException refused => refused.Fault switch
        {
            // Neither reached the code that would have carried it out.
            ClusterFault.Unreachable => true,
            ClusterFault.TooManyRequests => !request.IsRefusalAnAnswer,
            // The token may just have been replaced; one more attempt reads it again.
            ClusterFault.Unauthorized => attempt == 0 && _connection.Token is { IsReread: true },
            ClusterFault.Unavailable or ClusterFault.ServerFailed or ClusterFault.ConnectionLost or ClusterFault.TimedOut =>
                request.IsRepeatable,
            _ => false,
        },
        _ => false,
    };
}
