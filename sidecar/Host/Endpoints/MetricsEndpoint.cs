using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Metrics;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>/metrics</c>.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapGet("/metrics", async (HttpContext context) =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            parts.Meter.Write(context.Response.BodyWriter);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }).WithMetadata(RouteScope.Open);
}
