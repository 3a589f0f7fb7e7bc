using Microsoft.AspNetCore.Http;

namespace Thermocline.Grpc.Calls;

/// <summary>A method with its handler, before it is on a server.</summary>
/// <param name="Path">The path of its calls.</param>
/// <param name="Bind">What answers them on a server.</param>
internal sealed record MethodBinding(string Path, Func<CallHost, RequestDelegate> Bind);
