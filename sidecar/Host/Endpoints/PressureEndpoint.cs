using System.Globalization;
using System.Text.Json;
using Thermocline.Contract.Status;
using Thermocline.Sidecar.Governor;
using Thermocline.Sidecar.Governor.Ladder;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>Whether memory runs short: the report, and what is done about it as it happens (Server-Sent Events).</summary>
internal sealed class PressureEndpoint(Governor.Governor governor, Lifecycle lifecycle, TimeProvider time)
{
    // A line now and then keeps proxies from taking the stream for dead.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder app, Parts parts)
    {
        PressureEndpoint endpoint = new(parts.Governor, parts.Lifecycle, parts.Setup.Time);
        app.MapGet("/v1/pressure", endpoint.ReportAsync).WithMetadata(RouteScope.Open);
        app.MapGet("/v1/pressure/events", endpoint.StreamAsync).WithMetadata(RouteScope.Open);
    }

    private Task ReportAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return JsonSerializer.SerializeAsync(
            context.Response.Body, governor.Report, StatusJson.Default.PressureReport, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context)
    {
        string given = context.Request.Headers["Last-Event-ID"].ToString();
        long after = long.MaxValue;
        if (given.Length > 0 && (!long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out after)))
        {
            await context.WriteProblemAsync(new Problem(400, ProblemCode.ParameterInvalid, "Last-Event-ID is not a number.",
                "Send the id of the last event that was received, or no such header."));
            return;
        }

        using PressureEvents.Listener? listener = governor.Events.Listen(after);
        if (listener is null)
        {
            await context.WriteProblemAsync(StoreProblems.Busy($"{PressureEvents.ListenersMax} clients listen already."));
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await WriteAsync(context, ": the last event was sent with its id; send it back as Last-Event-ID to go on from there\n\n");
        while (!context.RequestAborted.IsCancellationRequested && !lifecycle.Stopping)
            await SendNextAsync(context, listener);
    }

    private async Task SendNextAsync(HttpContext context, PressureEvents.Listener listener)
    {
        using var patience = new CancellationTokenSource(KeepAlive, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted, lifecycle.StoppingToken);
        try
        {
            PressureAction action = await listener.Actions.ReadAsync(either.Token);
            string name = action.Step == StoreLadder.State ? "state" : "action";
            string json = JsonSerializer.Serialize(action, EventJson.PressureAction);
            await WriteAsync(context, $"id: {action.Id}\nevent: {name}\ndata: {json}\n\n");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            if (lifecycle.Stopping)
                return;
            await WriteAsync(context, ": still here\n\n");
        }
    }

    // One event is one line: no indentation.
    private static readonly StatusJson EventJson = new(new JsonSerializerOptions(StatusJson.Default.Options) { WriteIndented = false });

    private static async Task WriteAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
