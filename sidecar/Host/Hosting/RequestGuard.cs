using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Metrics;
using Thermocline.Store;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// The outermost step of every request: measures it, and turns whatever goes wrong inside into problem details. No stack
/// trace leaves the process.
/// </summary>
internal sealed partial class RequestGuard(SidecarMeter meter, Lifecycle lifecycle, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Thermocline.Sidecar.Requests");

    private static readonly TimeSpan FullQuiet = TimeSpan.FromMinutes(1);
    private int _latchLogged;
    private long _fullLogged = long.MinValue;

    /// <summary>No such route on this listener.</summary>
    public static Problem RouteUnknown { get; } =
        new(404, ProblemCode.RouteUnknown, "There is no such route.", "GET /openapi.json lists all routes.");

    private static readonly Problem NoMemory = new(503, ProblemCode.MemoryPressure,
        "There was no memory to answer the request.", "Try again with less at once. GET /v1/pressure says who holds the memory.")
    { RetryAfterSeconds = 2 };

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long started = Stopwatch.GetTimestamp();
        HalfCloseReader reader = context.Features.Get<HalfCloseReader>()!;
        reader.RequestRunning = true;
        lifecycle.Requests.Enter();
        try
        {
            await RunAsync(context, next);
            if (Unanswered(context) is { } problem)
                await context.WriteProblemAsync(problem);
        }
        catch (Exception failure) when (context.RequestAborted.IsCancellationRequested
            && failure is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            // The client has gone: there is nobody to answer.
        }
        catch (BadHttpRequestException failure)
        {
            await AnswerAsync(context, Of(failure));
        }
        catch (Exception failure) when (lifecycle.Stopping
            && failure is ObjectDisposedException or StoreException { Fault: StoreFault.Latched })
        {
            await AnswerAsync(context, new Problem(503, ProblemCode.Stopping, "The sidecar is stopping."));
        }
        catch (StoreException failure)
        {
            if (IsNews(failure.Fault))
                LogStore(_logger, failure.Fault, failure.Message);
            await AnswerAsync(context, StoreProblems.Of(failure));
        }
        catch (OutOfMemoryException)
        {
            // The heap is at its limit: one request fails so that the process need not. What was written is written.
            await AnswerAsync(context, NoMemory);
        }
#pragma warning disable CA1031 // The top of a request: a bug in one must not be the end of the others.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogBug(_logger, failure);
            await AnswerAsync(context, new Problem(500, ProblemCode.Internal, "The sidecar made a mistake."));
        }
        finally
        {
            reader.RequestRunning = false;
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            // A stream of events lasts as long as its client likes: that is no latency.
            lifecycle.Requests.Leave(context.Response.ContentType == "text/event-stream" ? TimeSpan.Zero : took);
            meter.RequestEnded(context, took);
        }
    }

    // A read has changed nothing: as long as no byte of the answer was written it can begin again.
    private static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            return;
        }
        catch (OutOfMemoryException) when (CanBeginAgain(context))
        {
            HeapRoom.Make();
            context.Response.Clear();
        }

        await next(context);
    }

    private static bool CanBeginAgain(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Response is { HasStarted: false, BodyWriter: { CanGetUnflushedBytes: true, UnflushedBytes: 0 } };

    /// <summary>A latched store and a full disk refuse every write: the first refusal is news, the others are answers.</summary>
    private bool IsNews(StoreFault fault)
    {
        if (fault != StoreFault.DiskFull)
            return fault != StoreFault.Latched || Interlocked.Exchange(ref _latchLogged, 1) == 0;
        long now = Stopwatch.GetTimestamp(), last = Volatile.Read(ref _fullLogged);
        return (last == long.MinValue || Stopwatch.GetElapsedTime(last, now) > FullQuiet)
            && Interlocked.CompareExchange(ref _fullLogged, now, last) == last;
    }

    private static Problem? Unanswered(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentType is not null)
            return null;
        return context.Response.StatusCode switch
        {
            404 => RouteUnknown,
            405 => new Problem(405, ProblemCode.MethodNotAllowed, "This route does not take this method.",
                "The Allow header names those it takes."),
            _ => null,
        };
    }

    private static Problem Of(BadHttpRequestException failure) => failure.StatusCode switch
    {
        408 => new Problem(408, ProblemCode.RequestTimeout, "The body came too slowly.", "At least 240 bytes a second."),
        413 => new Problem(413, ProblemCode.BodyTooLarge, "The body is larger than any request may be."),
        _ when failure.Message.Contains("end of request content", StringComparison.OrdinalIgnoreCase) =>
            new Problem(400, ProblemCode.BodyTruncated, "The body ended before its stated length."),
        _ => new Problem(failure.StatusCode, ProblemCode.RequestMalformed, "The request is not well-formed HTTP."),
    };

    private static async Task AnswerAsync(HttpContext context, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer is out: cutting the connection is the only way to say that it is wrong.
            context.Abort();
            return;
        }
        context.Response.Clear();
        await context.WriteProblemAsync(problem);
    }

    [LoggerMessage(EventId = 11, Level = LogLevel.Error, Message = "The store failed ({Fault}): {Reason}")]
    private static partial void LogStore(ILogger logger, StoreFault fault, string reason);

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "A request ended with a failure nobody foresaw")]
    private static partial void LogBug(ILogger logger, Exception failure);
}
