using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>From what was thrown to what the caller is told. No stack trace and no message of a bug leaves the process.</summary>
internal static partial class CallFailure
{
    // INTERNAL_ERROR of HTTP/2.
    private const int ResetInternal = 2;

    public static void Answer(Exception failure, ServerCallContext call, ILogger logger)
    {
        Refusal refusal = RefusalOf(failure, call, logger);
        if (call.Torn)
        {
            // Half a message is out: cutting the stream is the only way to say that it is wrong.
            if (call.Http.Features.Get<IHttpResetFeature>() is { } stream)
                stream.Reset(ResetInternal);
            else
                call.Http.Abort();
            return;
        }

        StatusTrailers.Write(call.Http.Response, call.HasWritten, refusal, (failure as RpcException)?.Details ?? []);
    }

    private static Refusal RefusalOf(Exception failure, ServerCallContext call, ILogger logger)
    {
        switch (failure)
        {
            case RpcException { StatusCode: not StatusCode.OK } thrown:
                return new Refusal(thrown.StatusCode, thrown.Message);
            case OutOfMemoryException:
                return Refusal.NoMemory;
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return Refusal.TooSlow;
            case BadHttpRequestException:
                return Refusal.Incomplete;
        }

        if (failure is OperationCanceledException or IOException)
        {
            if (call.DeadlinePassed)
                return Refusal.DeadlineExceeded;
            if (call.Http.RequestAborted.IsCancellationRequested || IsOfConnection(failure))
                return Refusal.Cancelled;
            if (call.Stopping)
                return Refusal.Stopping;
            if (failure is OperationCanceledException)
                return Refusal.Cancelled;
        }

        LogBug(logger, call.Method, failure);
        return Refusal.Bug;
    }

    // A broken connection may fail a read before its token says so; a file that a handler could not read is another matter.
    private static bool IsOfConnection(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is ConnectionResetException or ConnectionAbortedException)
                return true;
        }

        return false;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A call of {Method} ended with a failure nobody foresaw")]
    private static partial void LogBug(ILogger logger, string method, Exception failure);
}
