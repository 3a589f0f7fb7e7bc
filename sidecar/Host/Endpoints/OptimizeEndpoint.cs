using System.Globalization;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Memory;
using Thermocline.Memory.Pruning;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Sidecar.Optimizing;

namespace Thermocline.Sidecar.Endpoints;

/// <summary><c>POST /v1/admin/optimize</c>: packs and prunes, or says what that would do. Looks unless told to act.</summary>
internal sealed class OptimizeEndpoint(DataPlane plane)
{
    private const int DaysMax = 36_500;

    private int _running;

    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapPost("/v1/admin/optimize", new OptimizeEndpoint(parts.Plane).RunAsync).WithMetadata(RouteScope.Guarded);

    private async Task RunAsync(HttpContext context)
    {
        (PruneRules rules, bool dry, Problem? wrong) = Read(context.Request);
        if (wrong is not null)
        {
            await context.WriteProblemAsync(wrong);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _running) > 1)
                await context.WriteProblemAsync(StoreProblems.Busy("An optimisation is running."));
            else
                await RunAsync(context, rules, dry);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task RunAsync(HttpContext context, PruneRules rules, bool dry)
    {
        OptimizeReport report = await Optimization.RunAsync(
            plane.Store, new OptimizeOrder(rules, dry, null), plane.Time, context.RequestAborted);
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, report, StatusJson.Default.OptimizeReport, context.RequestAborted);
    }

    private (PruneRules Rules, bool Dry, Problem? Problem) Read(HttpRequest request)
    {
        var query = new QueryParameters(request);
        string dry = query.Text("dryRun");
        if (dry is not ("" or "true" or "false"))
            query.Report("dryRun", "must be true or false");
        string collection = query.Text("collection");
        long? days = query.Integer("olderThanDays", 0, DaysMax);
        var rules = new PruneRules
        {
            Collection = collection.Length == 0 ? null : collection,
            WrittenBefore = days is { } age ? plane.Time.GetUtcNow().AddDays(-age) : null,
            SignificanceBelow = Number(query, "below"),
        };
        foreach (Mistake mistake in rules.Check())
            query.Report(mistake.Path, mistake.Message);
        return (rules, dry != "false", query.End());
    }

    private static double? Number(QueryParameters query, string name)
    {
        string text = query.Text(name);
        if (text.Length == 0)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            return value;
        query.Report(name, "must be a number");
        return null;
    }
}
