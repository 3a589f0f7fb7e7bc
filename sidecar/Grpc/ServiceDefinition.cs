using Google.Protobuf.Reflection;
using Thermocline.Grpc.Calls;

namespace Thermocline.Grpc;

/// <summary>A service and who answers its methods. A method without a handler is answered with <see cref="StatusCode.Unimplemented"/>.</summary>
public sealed class ServiceDefinition
{
    internal ServiceDefinition(ServiceDescriptor descriptor, IReadOnlyList<MethodBinding> methods)
    {
        Descriptor = descriptor;
        Methods = methods;
    }

    /// <summary>The service.</summary>
    public ServiceDescriptor Descriptor { get; }

    internal IReadOnlyList<MethodBinding> Methods { get; }

    /// <summary>Begins the definition of a service, for example <c>StateReflection.Descriptor.Services[0]</c>.</summary>
    public static ServiceDefinitionBuilder For(ServiceDescriptor descriptor) => new(descriptor);
}
