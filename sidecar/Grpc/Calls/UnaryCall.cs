using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc.Calls;

/// <summary>Answers the calls of one method of one request and one answer.</summary>
internal sealed class UnaryCall<TRequest, TResponse>(
    string method, MessageParser<TRequest> parser, UnaryServerMethod<TRequest, TResponse> handler, CallHost host)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!CallEntry.TryBegin(http, out TimeSpan? timeout))
            return Task.CompletedTask;
        if (host.TryEnter())
            return AnswerAsync(new ServerCallContext(http, method, host, timeout));
        StatusTrailers.Write(http.Response, hasWritten: false, Refusal.TooManyCalls);
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(ServerCallContext call)
    {
        try
        {
            MessageLimits.LiftBodyLimit(call.Http);
            Received<TRequest> received = await MessageInput.ReadSingleAsync(call.Http.Request.BodyReader, parser, call);
            Refusal? refusal = received.Refusal ?? (call.DeadlinePassed ? Refusal.DeadlineExceeded : null);
            if (refusal is null)
            {
                TResponse response = await handler(received.Message!, call);
                refusal = await MessageOutput.WriteSingleAsync(response, call);
            }

            StatusTrailers.Write(call.Http.Response, call.HasWritten, refusal);
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
            host.Leave();
        }
    }
}
