using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Thermocline.Contract.Configuration;
using Thermocline.Sidecar.Endpoints;
using Thermocline.Sidecar.Http;

namespace Thermocline.Sidecar.Hosting;

/// <summary>Builds the web application out of the parts: listeners, limits, log, pipeline, routes.</summary>
internal static class Composition
{
    /// <summary>Bytes Kestrel reads off the wire before it closes on a client whose body was refused.</summary>
    private const long DrainBytesMax = 64L << 20;

    public static WebApplication Build(Parts parts)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Nothing is read from the folder the process happens to be started in.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.Sources.Clear();
        AddLog(builder.Logging, parts);
        ListenConfiguration listen = parts.Setup.Reading.Configuration.Listen;
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(listen.GraceSeconds));
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = parts.Listeners.Bind);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            SetLimits(kestrel, listen);
            Listen(kestrel, listen, parts);
            ComponentPipeline.Listen(kestrel, parts);
        });
        WebApplication app = builder.Build();
        UsePipeline(app, parts);
        return app;
    }

    private static void UsePipeline(WebApplication app, Parts parts)
    {
        ComponentPipeline.Use(app, parts);
        RequestGuard guard = new(parts.Meter, parts.Lifecycle, app.Services.GetRequiredService<ILoggerFactory>());
        app.Use(guard.InvokeAsync);
        app.Use(KvAddress.InvokeAsync);
        app.UseRouting();
        RouteGate gate = new(parts.Token, parts.Governor);
        app.Use(gate.InvokeAsync);
        Routes.Map(app, parts);
    }

    private static void AddLog(ILoggingBuilder logging, Parts parts)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter((_, category, level) => parts.Levels.Passes(category, level));
        if (parts.Setup.Log is { } provider)
        {
            logging.AddProvider(provider);
            return;
        }
        // Standard output belongs to the ready line; the log goes to standard error.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (parts.Setup.Reading.Configuration.Telemetry.LogFormat == LogFormat.Json)
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
            return;
        }
        logging.AddSimpleConsole(text =>
        {
            text.SingleLine = true;
            text.UseUtcTimestamp = true;
            text.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
    }

    private static void SetLimits(KestrelServerOptions kestrel, ListenConfiguration listen)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = listen.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(listen.KeepAliveSeconds);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        // A key of 1,024 bytes, every one percent-encoded, and its collection fit.
        limits.MaxRequestLineSize = 8 << 10;
        limits.MaxRequestBodySize = DrainBytesMax;
        limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
    }

    private static void Listen(KestrelServerOptions kestrel, ListenConfiguration listen, Parts parts)
    {
        kestrel.Listen(parts.Listeners.DataWish, endpoint => Mark(endpoint, ListenerRole.Data, parts));
        kestrel.Listen(parts.Listeners.AdminWish, endpoint => Mark(endpoint, ListenerRole.Admin, parts));
        if (listen.DataSocket.Length > 0)
            kestrel.ListenUnixSocket(listen.DataSocket, endpoint => Mark(endpoint, ListenerRole.Data, parts));
    }

    private static void Mark(ListenOptions endpoint, ListenerRole role, Parts parts)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => async (ConnectionContext connection) =>
        {
            connection.Features.Set(role);
            using LingeringClose lingering = new(connection.ConnectionClosed);
            connection.ConnectionClosed = lingering.Token;
            HalfClosePipe pipe = new(connection.Transport);
            connection.Transport = pipe;
            connection.Features.Set(pipe.Reader);
            parts.Meter.ConnectionOpened(role);
            try
            {
                await next(connection);
            }
            finally
            {
                parts.Meter.ConnectionClosed(role);
            }
        });
    }
}
