using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Thermocline.Contract.Status;

namespace Thermocline.Operator.Cluster.Sidecars;

/// <summary>
/// Asks sidecars, many at a time and each for a limited time. What one of them says or fails to say is an answer, never an
/// exception: the others go on. What they say is believed to be JSON of limited length and nothing more.
/// </summary>
internal sealed class SidecarClient : IDisposable
{
    private const string Status = "/v1/status";
    private const string Drain = "/v1/admin/drain?timeoutSeconds=";

    private readonly SidecarClientOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public SidecarClient(SidecarClientOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _client = new HttpClient(new SocketsHttpHandler
        {
            // Whoever redirects would be sent the token's request next.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.StatusLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxConnectionsPerServer = 2,
            MaxResponseHeadersLength = 16,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks each for its status; the answers come in the order of the targets.</summary>
    public Task<IReadOnlyList<SidecarAnswer<SidecarStatus>>> StatusAsync(
        IReadOnlyList<SidecarTarget> targets, CancellationToken cancellation) => EachAsync(
            targets,
            (target, stop) => AskAsync(
                target, HttpMethod.Get, Status, _options.StatusLimit,
                body => new SidecarAnswer<SidecarStatus>(target.Pod, StatusReading.Read(body.Span), null), stop),
            cancellation);

    /// <summary>Has each ship everything acknowledged so far to its cold store, and waits for that.</summary>
    /// <param name="targets">Which.</param>
    /// <param name="limit">How long each may take, 1 to 600 seconds.</param>
    /// <param name="cancellation">Ends the wait; what was shipped is shipped.</param>
    public Task<IReadOnlyList<SidecarAnswer<DrainReport>>> DrainAsync(
        IReadOnlyList<SidecarTarget> targets, TimeSpan limit, CancellationToken cancellation)
    {
        string path = Drain + ((int)Math.Clamp(limit.TotalSeconds, 1, 600)).ToString(CultureInfo.InvariantCulture);
        return EachAsync(
            targets,
            (target, stop) => AskAsync(
                target, HttpMethod.Post, path, limit + _options.DrainMargin, body => DrainedOf(target, body), stop),
            cancellation);
    }

    public void Dispose() => _client.Dispose();

    private static SidecarAnswer<DrainReport> DrainedOf(SidecarTarget target, ReadOnlyMemory<byte> body)
    {
        DrainReport report = StatusReading.ReadDrain(body.Span);
        return new SidecarAnswer<DrainReport>(target.Pod, report, report.Done ? null : "it answered that it is not done");
    }

    private async Task<IReadOnlyList<SidecarAnswer<T>>> EachAsync<T>(
        IReadOnlyList<SidecarTarget> targets, Func<SidecarTarget, CancellationToken, Task<SidecarAnswer<T>>> ask, CancellationToken cancellation)
        where T : class
    {
        var answers = new SidecarAnswer<T>[targets.Count];
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = _options.AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, targets.Count, bounds, async (i, stop) => answers[i] = await ask(targets[i], stop));
        return answers;
    }

    private async Task<SidecarAnswer<T>> AskAsync<T>(
        SidecarTarget target, HttpMethod method, string path, TimeSpan limit,
        Func<ReadOnlyMemory<byte>, SidecarAnswer<T>> read, CancellationToken cancellation)
        where T : class
    {
        (Uri? address, string why) = target.At(_options.Port);
        if (address is null)
            return Failed(why);
        using var late = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(address, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", target.Token);
            using HttpResponseMessage answer =
                await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            ReadOnlyMemory<byte>? body = await BodyAsync(answer, either.Token);
            if (body is not { } whole)
                return Failed($"it answered more than {_options.AnswerBytesMax} bytes");
            return answer.StatusCode == HttpStatusCode.OK ? read(whole) : Refused<T>(target, answer.StatusCode, whole);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"it did not answer within {limit.TotalSeconds:0.#} s"));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Failed($"it cannot be reached: {Shown(failure.Message, target.Token)}");
        }
        catch (JsonException)
        {
            return Failed("what it answered is not what a sidecar answers");
        }

        SidecarAnswer<T> Failed(string failure) => new(target.Pod, null, failure);
    }

    private static SidecarAnswer<T> Refused<T>(SidecarTarget target, HttpStatusCode status, ReadOnlyMemory<byte> body)
        where T : class
    {
        int number = (int)status;
        string? code = StatusReading.TextOf(body.Span, "code") is { } said ? Shown(said, target.Token) : null;
        string? detail = StatusReading.TextOf(body.Span, "detail") ?? StatusReading.TextOf(body.Span, "title");
        string failure = number switch
        {
            401 or 403 => $"it does not take the token ({number})",
            >= 300 and < 400 => $"it answered {number}, a redirection, which is not followed",
            _ when detail is not null => $"it answered {number}: {Shown(detail, target.Token)}",
            _ => $"it answered {number}",
        };
        return new SidecarAnswer<T>(target.Pod, null, failure, code);
    }

    // Words of another program end up in a status that many may read: one line, not too long, and never the token.
    private static string Shown(string words, string token)
    {
        const int lettersMax = 300;
        string plain = new([.. words.Replace(token, "[token]", StringComparison.Ordinal)
            .Select(static letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter)]);
        return plain.Length <= lettersMax ? plain : plain[..lettersMax] + "…";
    }

    // Null when it is longer than any answer.
    private async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentLength > _options.AnswerBytesMax)
            return null;
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var body = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            int read = await stream.ReadAsync(body.GetMemory(4096), cancellation);
            if (read == 0)
                return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > _options.AnswerBytesMax)
                return null;
        }
    }
}
