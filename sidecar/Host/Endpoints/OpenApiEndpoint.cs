using Thermocline.Sidecar.Hosting;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>/openapi.json</c>: the description that is kept by hand beside the routes.</summary>
internal static class OpenApiEndpoint
{
    /// <summary>Name of the embedded document.</summary>
    public const string Resource = "openapi.json";

    public static void Map(IEndpointRouteBuilder app)
    {
        byte[] document = Read();
        app.MapGet("/openapi.json", (HttpContext context) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = document.Length;
            return context.Response.Body.WriteAsync(document, context.RequestAborted).AsTask();
        }).WithMetadata(RouteScope.Open);
    }

    private static byte[] Read()
    {
        using Stream stream = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream(Resource)!;
        var document = new byte[stream.Length];
        stream.ReadExactly(document);
        return document;
    }
}
