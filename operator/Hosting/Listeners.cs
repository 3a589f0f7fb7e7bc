using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Hosting.Metrics;

namespace Thermocline.Operator.Hosting;

/// <summary>Where health and metrics are told: plain HTTP, no secrets, nothing that can be changed.</summary>
internal sealed class Listeners : IAsyncDisposable
{
    private const int ConnectionsMax = 64;
    private readonly WebApplication _app;

    private Listeners(WebApplication app, Health health, OperatorMetrics metrics, RunOptions options)
    {
        _app = app;
        app.Run(context => AnswerAsync(context, health, metrics));
        Options = options;
    }

    /// <summary>Where health is told, with the port that was taken.</summary>
    public Uri Health => Addresses[0];

    /// <summary>Where metrics are told; null for nowhere.</summary>
    public Uri? Metrics => Options.Metrics is null ? null : Addresses[1];

    private RunOptions Options { get; }

    private Uri[] Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
        .Select(static each => new Uri(each))];

    /// <exception cref="HostingException">An address is taken, or is not this machine's.</exception>
    public static async Task<Listeners> StartAsync(RunOptions options, Health health, OperatorMetrics metrics)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            Listen(kestrel, options.Health, Role.Health);
            if (options.Metrics is { } address)
                Listen(kestrel, address, Role.Metrics);
        });
        WebApplication app = builder.Build();
        var listeners = new Listeners(app, health, metrics, options);
        try
        {
            await app.StartAsync();
            return listeners;
        }
        catch (IOException taken)
        {
            await app.DisposeAsync();
            throw new HostingException($"cannot listen: {taken.Message}", taken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static void Listen(KestrelServerOptions kestrel, IPEndPoint address, Role role) => kestrel.Listen(address, endpoint =>
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => (ConnectionContext connection) =>
        {
            connection.Features.Set(new Listener(role));
            return next(connection);
        });
    });

    private static Task AnswerAsync(HttpContext context, Health health, OperatorMetrics metrics)
    {
        Role role = context.Features.Get<Listener>()!.Role;
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, 405, "Only GET and HEAD.\n");
        }

        return (role, context.Request.Path.Value) switch
        {
            (Role.Health, "/healthz/live") => WriteAsync(context, 200, "ok\n"),
            (Role.Health, "/healthz/ready") => health.WhyNotReady is { } why
                ? WriteAsync(context, 503, $"not ready: {why}\n")
                : WriteAsync(context, 200, "ok\n"),
            (Role.Metrics, "/metrics") => WriteAsync(context, 200, PrometheusText.Of(metrics.Families()), PrometheusText.ContentType),
            (Role.Health, _) => WriteAsync(context, 404, "Here are /healthz/live and /healthz/ready.\n"),
            (Role.Metrics, _) => WriteAsync(context, 404, "Here is /metrics.\n"),
        };
    }

    private static Task WriteAsync(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.Body.WriteAsync(body, 0, body.Length);
    }

    private enum Role
    {
        Health,
        Metrics,
    }

    private sealed record Listener(Role Role);
}
