using Thermocline.Sidecar.Hosting;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>/healthz/*</c>: a few words of plain text, 200 or 503.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder app, Parts parts)
    {
        TieredStore store = parts.Plane.Store;
        Lifecycle lifecycle = parts.Lifecycle;
        Map(app, "/healthz/live", () => null);
        Map(app, "/healthz/startup", () => lifecycle.Started ? null : "starting");
        Map(app, "/healthz/ready", () => lifecycle.NotReadyBecause(store.Status),
            () => string.Join("; ", parts.Cold.Degraded(store.Status)));
    }

    private static void Map(IEndpointRouteBuilder app, string path, Func<string?> trouble, Func<string>? degraded = null) =>
        app.MapMethods(path, ["GET", "HEAD"], (HttpContext context) => AnswerAsync(context, trouble(), degraded?.Invoke() ?? ""))
            .WithMetadata(RouteScope.Open);

    private static Task AnswerAsync(HttpContext context, string? trouble, string degraded)
    {
        // Local data is served all the same, so traffic is welcome.
        string fine = degraded.Length == 0 ? "ok" : "degraded: " + degraded;
        context.Response.StatusCode = trouble is null ? 200 : 503;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(trouble ?? fine, context.RequestAborted);
    }
}
