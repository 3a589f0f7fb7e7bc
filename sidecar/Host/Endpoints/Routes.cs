using Thermocline.Sidecar.Hosting;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>Every route of the sidecar. One line a group; openapi.json describes the same routes, as a test proves.</summary>
internal static class Routes
{
    public static void Map(WebApplication app, Parts parts)
    {
        HealthEndpoints.Map(app, parts);
        MetricsEndpoint.Map(app, parts);
        StatusEndpoint.Map(app, parts);
        PressureEndpoint.Map(app, parts);
        MemoriesEndpoints.Map(app, parts);
        ExportEndpoint.Map(app, parts);
        OptimizeEndpoint.Map(app, parts);
        DrainEndpoint.Map(app, parts);
        EventGroupsEndpoint.Map(app, parts);
        OpenApiEndpoint.Map(app);
        KvEndpoints.Map(app, parts.Plane);
        DaprEndpoints.Map(app, parts);
    }
}
