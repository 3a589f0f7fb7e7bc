using Thermocline.Events;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>
/// <c>DELETE /v1/admin/events/groups</c>: a group that nobody is a member of any more is forgotten with all it had still to handle,
/// and its topic takes events again.
/// </summary>
internal sealed class EventGroupsEndpoint(IEventBus? bus)
{
    private static readonly Problem Absent = new(404, ProblemCode.GroupAbsent, "There is no such group.");

    public static void Map(IEndpointRouteBuilder app, Parts parts) =>
        app.MapDelete("/v1/admin/events/groups", new EventGroupsEndpoint(parts.Bus).RemoveAsync).WithMetadata(RouteScope.Guarded);

    private async Task RemoveAsync(HttpContext context)
    {
        var query = new QueryParameters(context.Request);
        string topic = query.Text("topic"), group = query.Text("group");
        if (topic.Length == 0)
            query.Report("topic", "must name a topic as the status does");
        if (group.Length == 0)
            query.Report("group", "must name a group as the status does");
        if ((query.End() ?? await RemoveAsync(topic, group, context.RequestAborted)) is { } problem)
            await context.WriteProblemAsync(problem);
        else
            context.Response.StatusCode = 204;
    }

    private async Task<Problem?> RemoveAsync(string topic, string group, CancellationToken cancellation)
    {
        try
        {
            return bus is not null && await bus.RemoveGroupAsync(topic, group, cancellation) ? null : Absent;
        }
        catch (InvalidOperationException used)
        {
            return new Problem(409, ProblemCode.GroupInUse, "The group has members.", used.Message);
        }
        catch (EventBusException failure)
        {
            return new Problem(503, ProblemCode.StoreLatched, "The group could not be forgotten now.", failure.Message);
        }
    }
}
