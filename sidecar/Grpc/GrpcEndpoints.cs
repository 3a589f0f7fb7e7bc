using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Thermocline.Grpc.Calls;
using Thermocline.Grpc.Wire;

namespace Thermocline.Grpc;

/// <summary>Puts services on a server that speaks HTTP/2.</summary>
public static class GrpcEndpoints
{
    /// <summary>
    /// Maps every method of the services, and answers calls of any other with <see cref="StatusCode.Unimplemented"/>. Requests that are
    /// no calls (by their content type) to other paths are left to other routes.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range, or a service is there twice.</exception>
    public static IEndpointConventionBuilder MapGrpc(
        this IEndpointRouteBuilder endpoints, IReadOnlyList<ServiceDefinition> services, GrpcOptions options)
    {
        options.Check();
        if (services.GroupBy(service => service.Descriptor.FullName).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.Key} is there twice.", nameof(services));

        ILogger logger = endpoints.ServiceProvider.GetService<ILoggerFactory>()?.CreateLogger("Thermocline.Grpc") ?? NullLogger.Instance;
        CancellationToken stopping =
            endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        var host = new CallHost(options, logger, stopping);
        RouteGroupBuilder group = endpoints.MapGroup("");
        foreach (MethodBinding method in services.SelectMany(service => service.Methods))
            group.MapMethods(method.Path, [HttpMethods.Post], method.Bind(host));

        RoutePattern anything = RoutePatternFactory.Parse(
            "{**path}", defaults: null, new RouteValueDictionary { ["path"] = new CallConstraint() });
        group.Map(anything, UnknownCall.InvokeAsync).Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);
        return group;
    }

    /// <summary>Holds for requests that say of themselves that they are calls.</summary>
    private sealed class CallConstraint : IRouteConstraint
    {
        public bool Match(
            HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is null || MediaTypes.IsCall(httpContext.Request.ContentType);
    }
}
