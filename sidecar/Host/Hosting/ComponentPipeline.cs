using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Thermocline.Grpc;
using Thermocline.Grpc.Reflection;
using Thermocline.Sidecar.Dapr;
using Thermocline.Sidecar.Dapr.PubSub;
using Thermocline.Sidecar.Dapr.State;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Hosting;

/// <summary>
/// What a connection on the component's socket meets: gRPC and nothing else, with routes of its own, so that no route of the HTTP API
/// can be reached there, nor one of these here.
/// </summary>
internal static class ComponentPipeline
{
    // daprd takes 4 MB from an application unless it is told otherwise, and then hands on what it took.
    private const int MessageBytesMax = 16 << 20;

    /// <summary>Connections at once: daprd has one for each Component.</summary>
    public const int ConnectionsMax = 128;

    /// <summary>Listens on the component's socket, if there is to be one.</summary>
    public static void Listen(KestrelServerOptions kestrel, Parts parts)
    {
        string socket = parts.Setup.Reading.Configuration.Dapr.Socket;
        if (socket.Length == 0)
            return;
        Options(parts).ApplyTo(kestrel.Limits);
        int open = 0;
        kestrel.ListenUnixSocket(socket, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.Use(next => async connection =>
            {
                if (Interlocked.Increment(ref open) > ConnectionsMax)
                {
                    Interlocked.Decrement(ref open);
                    connection.Abort();
                    return;
                }

                connection.Features.Set(ListenerRole.Component);
                parts.Meter.ConnectionOpened(ListenerRole.Component);
                try
                {
                    await next(connection);
                }
                finally
                {
                    parts.Meter.ConnectionClosed(ListenerRole.Component);
                    Interlocked.Decrement(ref open);
                }
            });
        });
    }

    /// <summary>Leads what came in by the component's socket another way than all the rest.</summary>
    public static void Use(WebApplication app, Parts parts)
    {
        if (parts.Setup.Reading.Configuration.Dapr.Socket.Length == 0)
            return;
        IReadOnlyList<ServiceDefinition> services = Services(parts);
        IApplicationBuilder branch = ((IApplicationBuilder)app).New();
        branch.UseRouting();
        branch.UseEndpoints(endpoints => endpoints
            .MapGrpc(services, Options(parts))
            .WithMetadata(ListenerRole.Component));
        RequestDelegate calls = branch.Build();
        HashSet<string> streams = [.. Streams(services)];
        app.Use((context, next) => context.Features.Get<ListenerRole>() == ListenerRole.Component
            ? AnswerAsync(context, calls, parts, streams)
            : next(context));
    }

    private static GrpcOptions Options(Parts parts)
    {
        BodyBudget bodies = parts.Plane.Bodies;
        // What has arrived and no call has read yet is charged to nobody: all connections together stay below an eighth of the budget.
        int window = (int)Math.Clamp(parts.Setup.Reading.Configuration.Budget.Limit / 8 / ConnectionsMax, 64 << 10, 1 << 20);
        return new GrpcOptions
        {
            MaxReceiveMessageBytes = Math.Min(MessageBytesMax, bodies.RequestBytesMax),
            ConnectionWindowBytes = window,
            StreamWindowBytes = window,
            TryTake = bodies.TryTake,
            Return = bodies.Return,
            Time = parts.Setup.Time,
        };
    }

    private static IReadOnlyList<ServiceDefinition> Services(Parts parts)
    {
        var calls = new ComponentCalls(parts.Lifecycle);
        var store = new StateStoreComponent(parts.Plane, parts.Governor, new StateInstances(parts.Plane.Store));
        var topics = new BrokerTopics(parts.Setup.Reading.Configuration.Events);
        var broker = new BrokerComponent(parts.Bus!, parts.Governor, new BrokerInstances(parts.Plane.Store), topics, parts.Setup.Time);
        return ServerReflection.With([.. StateServices.Of(store, calls), .. BrokerServices.Of(broker, calls)]);
    }

    private static IEnumerable<string> Streams(IReadOnlyList<ServiceDefinition> services) =>
        from service in services
        from method in service.Descriptor.Methods
        where method.IsClientStreaming
        select $"/{service.Descriptor.FullName}/{method.Name}";

    // Counted as requests are: the store is not closed under one, and the governor knows the slowest.
    private static async Task AnswerAsync(HttpContext context, RequestDelegate calls, Parts parts, HashSet<string> streams)
    {
        long started = Stopwatch.GetTimestamp();
        parts.Lifecycle.Requests.Enter();
        try
        {
            await calls(context);
        }
        finally
        {
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            // A stream lasts as long as its client likes: that is no latency.
            parts.Lifecycle.Requests.Leave(streams.Contains(context.Request.Path.Value ?? "") ? TimeSpan.Zero : took);
            parts.Meter.CallEnded(context, took);
        }
    }
}
