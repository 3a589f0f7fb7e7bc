using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>Answers the calls of one method that streams both ways.</summary>
internal sealed class DuplexCall<TRequest, TResponse>(
    string method, MessageParser<TRequest> parser, DuplexStreamingServerMethod<TRequest, TResponse> handler, CallHost host)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!CallEntry.TryBegin(http, out TimeSpan? timeout))
            return Task.CompletedTask;
        if (host.TryEnterStream())
            return AnswerAsync(new ServerCallContext(http, method, host, timeout));
        StatusTrailers.Write(http.Response, hasWritten: false, Refusal.TooManyCalls);
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(ServerCallContext call)
    {
        try
        {
            MessageLimits.LiftBodyLimit(call.Http);
            MessageLimits.LiftRateLimit(call.Http);
            await HandleAsync(call);
            StatusTrailers.Write(call.Http.Response, call.HasWritten, refusal: null);
        }
#pragma warning disable CA1031 // The top of a call: whatever fails in it is its status, and no trouble of the others.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            CallFailure.Answer(failure, call, host.Logger);
        }
        finally
        {
            call.End();
            host.LeaveStream();
        }
    }

    // A read or write that the handler left behind ends here: what carries it serves another call next.
    private async Task HandleAsync(ServerCallContext call)
    {
        var requests = new CallReader<TRequest>(call, parser);
        var responses = new CallWriter<TResponse>(call);
        try
        {
            await handler(requests, responses, call);
        }
        finally
        {
            await requests.EndAsync();
            await responses.EndAsync();
        }
    }
}
