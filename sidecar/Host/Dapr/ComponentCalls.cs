using Google.Protobuf;
using Thermocline.Grpc;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Dapr;

/// <summary>Answers calls in the name of a Component: tells who calls, and turns what goes wrong into what daprd reads.</summary>
internal sealed class ComponentCalls(Lifecycle lifecycle)
{
    private static readonly Problem Starting = new(503, ProblemCode.Stopping, "The sidecar is starting or stopping.");

    /// <summary>A method of one request and one answer.</summary>
    public UnaryServerMethod<TRequest, TResponse> Unary<TRequest, TResponse>(
        Func<string, TRequest, CancellationToken, ValueTask<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        async (request, context) =>
        {
            if (!lifecycle.Started || lifecycle.Stopping)
                throw DaprFaults.Of(Starting);
            try
            {
                return await answer(InstanceOf(context), request, context.CancellationToken);
            }
            catch (StoreException failure)
            {
                throw DaprFaults.Of(StoreProblems.Of(failure));
            }
        };

    /// <summary>The name of the Component that calls; empty for clients that send none.</summary>
    public static string InstanceOf(ServerCallContext context) => context.RequestHeaders.GetValue(ComponentName.Header) ?? "";
}
