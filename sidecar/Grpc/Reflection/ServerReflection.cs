using Google.Protobuf.Reflection;
using Thermocline.Protocol.Reflection.V1;

namespace Thermocline.Grpc.Reflection;

/// <summary>
/// Lets clients ask which services a server has, and for their definitions: <c>grpc.reflection.v1</c> and <c>v1alpha</c>, whose messages
/// differ in name alone.
/// </summary>
public static class ServerReflection
{
    /// <summary>The services given and the two of reflection, which answer for all of them.</summary>
    public static IReadOnlyList<ServiceDefinition> With(IReadOnlyList<ServiceDefinition> services)
    {
        ServiceDescriptor now = ReflectionReflection.Descriptor.Services[0];
        ServiceDescriptor alpha = Protocol.Reflection.V1Alpha.ReflectionReflection.Descriptor.Services[0];
        var catalogue = new DescriptorCatalogue([.. services.Select(service => service.Descriptor), now, alpha]);
        return [.. services, Define(now, catalogue), Define(alpha, catalogue)];
    }

    private static ServiceDefinition Define(ServiceDescriptor service, DescriptorCatalogue catalogue) =>
        ServiceDefinition.For(service)
            .AddDuplexUnchecked<ServerReflectionRequest, ServerReflectionResponse>("ServerReflectionInfo", ServerReflectionRequest.Parser,
                (requests, responses, call) => AnswerAsync(catalogue, requests, responses, call))
            .Build();

    private static async Task AnswerAsync(
        DescriptorCatalogue catalogue,
        IAsyncStreamReader<ServerReflectionRequest> requests,
        IServerStreamWriter<ServerReflectionResponse> responses,
        ServerCallContext call)
    {
        var answers = new ReflectionAnswers(catalogue);
        while (await requests.MoveNext(call.CancellationToken))
            await responses.WriteAsync(answers.To(requests.Current));
    }
}
