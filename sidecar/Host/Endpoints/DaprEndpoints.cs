using Microsoft.AspNetCore.Http.Features;
using Thermocline.Events.Dapr;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store.Cold.Dapr;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>
/// What Dapr asks of an application that takes events: <c>GET /dapr/subscribe</c> once, and a POST for each delivery. There only where the
/// engine is Dapr. A problem is told with any status but 404, which Dapr takes for "throw the event away".
/// </summary>
internal sealed class DaprEndpoints(DaprDeliveries deliveries, DataPlane plane)
{
    /// <summary>The largest delivery; the budget may allow less.</summary>
    private const int BodyBytesMax = 32 << 20;

    private static readonly Problem WrongToken = new(401, ProblemCode.TokenRequired,
        "This route needs the token of Dapr.", "The header dapr-api-token carries what dapr.appTokenFile holds.");

    private static readonly Problem NotNow = new(503, ProblemCode.TopicUnavailable,
        "Events of this topic are not taken now.",
        "The topic has to stand in events.dapr.topics, and dapr.appTokenFile, where there is one, must be readable. Dapr asks for topics when it starts.")
    { RetryAfterSeconds = 5 };

    public static void Map(IEndpointRouteBuilder app, Parts parts)
    {
        if (parts.Deliveries is not { } deliveries)
            return;
        var endpoints = new DaprEndpoints(deliveries, parts.Plane);
        app.MapGet("/dapr/subscribe", endpoints.SubscribeAsync);
        app.MapPost("/dapr/events/{**topic}", endpoints.DeliverAsync).WithMetadata(RouteScope.Taking);
    }

    private Task SubscribeAsync(HttpContext context) =>
        AnswerAsync(context, deliveries.Subscribe(TokenOf(context), Math.Min(BodyBytesMax, plane.Bodies.RequestBytesMax)));

    private async Task DeliverAsync(HttpContext context)
    {
        string topic = TopicOf(context);
        string? token = TokenOf(context);
        if (deliveries.Refuse(topic, token) is { } refusal)
        {
            await AnswerAsync(context, refusal);
            return;
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context, plane.Bodies, BodyBytesMax);
        if (body is null)
        {
            await context.WriteProblemAsync(problem!);
            return;
        }

        using (body)
            await AnswerAsync(context, await deliveries.DeliverAsync(topic, token, body.Bytes, context.RequestAborted));
    }

    // Off the raw target: the server's own path keeps %2F and would let two names be one.
    private static string TopicOf(HttpContext context)
    {
        ReadOnlySpan<char> path = KvAddress.PathOf(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
        return path.Length <= DaprDeliveries.RoutePrefix.Length ? "" : Uri.UnescapeDataString(path[DaprDeliveries.RoutePrefix.Length..]);
    }

    private static string? TokenOf(HttpContext context) =>
        context.Request.Headers[DaprToken.Header] is [{ } token] ? token : null;

    private static async Task AnswerAsync(HttpContext context, DaprReply reply)
    {
        if (reply.Status != StatusCodes.Status200OK)
        {
            await context.WriteProblemAsync(reply.Status == StatusCodes.Status401Unauthorized ? WrongToken : NotNow);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = reply.Body.Length;
        await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
    }
}
