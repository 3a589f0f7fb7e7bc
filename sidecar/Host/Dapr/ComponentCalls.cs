using Google.Protobuf;
using Thermocline.Grpc;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr;

/// <summary>Answers calls in the name of a Component: tells who calls, and turns what goes wrong into what daprd reads.</summary>
internal sealed class ComponentCalls(Lifecycle lifecycle)
{
    private static readonly Problem Stopping = new(503, ProblemCode.Stopping, "The sidecar is stopping.");

    /// <summary>A method of one request and one answer.</summary>
    public UnaryServerMethod<TRequest, TResponse> Unary<TRequest, TResponse>(
        Func<string, TRequest, CancellationToken, ValueTask<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        async (request, context) =>
        {
            await UpAsync(context.CancellationToken);
            try
            {
                return await answer(InstanceOf(context), request, context.CancellationToken);
            }
            catch (StoreException failure)
            {
                throw DaprFaults.Of(StoreProblems.Of(failure));
            }
        };

    /// <summary>A method that streams both ways.</summary>
    public DuplexStreamingServerMethod<TRequest, TResponse> Duplex<TRequest, TResponse>(
        Func<string, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, CancellationToken, Task> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        async (requests, responses, context) =>
        {
            await UpAsync(context.CancellationToken);
            try
            {
                await answer(InstanceOf(context), requests, responses, context.CancellationToken);
            }
            catch (StoreException failure)
            {
                throw DaprFaults.Of(StoreProblems.Of(failure));
            }
        };

    /// <summary>The name of the Component that calls; empty for clients that send none.</summary>
    private static string InstanceOf(ServerCallContext context) => context.RequestHeaders.GetValue(ComponentName.Header) ?? "";

    // The socket is there a moment before everything answers, and a daprd whose Init is refused ends: its first call waits that moment.
    private async ValueTask UpAsync(CancellationToken cancellation)
    {
        if (!lifecycle.Started)
            await lifecycle.Start.WaitAsync(cancellation);
        if (lifecycle.Stopping)
            throw DaprFaults.Of(Stopping);
    }
}
