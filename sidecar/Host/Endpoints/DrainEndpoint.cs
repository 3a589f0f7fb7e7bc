using System.Globalization;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>
/// <c>POST /v1/admin/drain</c>: everything acknowledged before the request goes to the cold store and is published there, so
/// that the node may go. Writing goes on; what is written meanwhile is not waited for.
/// </summary>
internal sealed class DrainEndpoint(DataPlane plane)
{
    private const int TimeoutSeconds = 60;
    private const int TimeoutSecondsMax = 600;

    private int _running;

    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapPost("/v1/admin/drain", new DrainEndpoint(parts.Plane).RunAsync).WithMetadata(RouteScope.Guarded);

    private async Task RunAsync(HttpContext context)
    {
        var query = new QueryParameters(context.Request);
        long seconds = query.Integer("timeoutSeconds", 1, TimeoutSecondsMax) ?? TimeoutSeconds;
        Problem? wrong = query.End() ?? (plane.Store.Status.Cold is null ? NoColdStore : null);
        if (wrong is not null)
        {
            await context.WriteProblemAsync(wrong);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _running) > 1)
                await context.WriteProblemAsync(StoreProblems.Busy("A drain is running."));
            else
                await DrainAsync(context, TimeSpan.FromSeconds(seconds));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task DrainAsync(HttpContext context, TimeSpan limit)
    {
        (DrainReport report, StoreException? failure) = await Draining.RunAsync(plane.Store, plane.Time, limit, context.RequestAborted);
        if (!report.Done)
        {
            await context.WriteProblemAsync(Unfinished(report, failure));
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, report, StatusJson.Default.DrainReport, context.RequestAborted);
    }

    private static Problem NoColdStore { get; } = new(409, ProblemCode.NoColdStore,
        "No cold store is configured: there is nowhere to drain to.", "Configure tiers.cold, or copy the data folder.");

    private static Problem Unfinished(DrainReport report, StoreException? failure)
    {
        string missing = string.Create(CultureInfo.InvariantCulture,
            $"Writes up to {report.RecoverySequence} of {report.Sequence} can be restored from the cold store. ");
        // Time ran out while the cold store took all it was given: it is slow rather than away.
        Problem of = failure is null
            ? new Problem(503, ProblemCode.ColdUnavailable, "") { RetryAfterSeconds = 5, Degraded = true }
            : StoreProblems.Of(failure);
        return of with
        {
            Title = "Not everything is in the cold store yet. Nothing is lost: it is on the local disk.",
            Detail = missing + (failure?.Message ?? "The time given was not enough; ask again to go on where it stopped."),
            Drain = report,
        };
    }
}
