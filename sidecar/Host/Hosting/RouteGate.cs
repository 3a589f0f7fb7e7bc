using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// Keeps routes on their listeners, asks for the admin token where a route needs it, and refuses what would be stored while
/// memory runs short: before its body is read.
/// </summary>
internal sealed class RouteGate(AdminToken token, Governor.Governor governor)
{
    /// <summary>Nothing new is taken until memory is given back.</summary>
    public static Problem MemoryPressure { get; } = new(429, ProblemCode.MemoryPressure,
        "Memory is at its budget and nothing is left to give back; nothing was written.",
        "Reads and deletes go on. GET /v1/pressure says who holds the memory.")
    { RetryAfterSeconds = 2 };

    private static readonly RouteScope DataOnly = new(OnAdmin: false, NeedsToken: false);

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);
        RouteScope scope = endpoint.Metadata.GetMetadata<RouteScope>() ?? DataOnly;
        if (!scope.OnAdmin && context.Features.Get<ListenerRole>() == ListenerRole.Admin)
            return context.WriteProblemAsync(RequestGuard.RouteUnknown);
        if (scope.TakesMemory && governor.RefusesWrite())
            return context.WriteProblemAsync(MemoryPressure);
        if (!scope.NeedsToken || token.Accepts(context.Request.Headers.Authorization))
            return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.WriteProblemAsync(new Problem(401, ProblemCode.TokenRequired,
            "This route needs the admin token.", "Send Authorization: Bearer with the token of listen.adminTokenFile."));
    }
}
