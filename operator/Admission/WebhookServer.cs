using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Hosting;

namespace Thermocline.Operator.Admission;

/// <summary>The endpoints: HTTPS with whatever certificate is in force when a connection is made.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Webhook _webhook;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;

    private WebhookServer(Webhook webhook, WebhookOptions options, Func<SslStreamCertificateContext?> certificate, TimeProvider time)
    {
        _webhook = webhook;
        _options = options;
        _time = time;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // The operator has one log, and it is told what matters there.
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options, certificate));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it answers.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Starts it.</summary>
    /// <param name="webhook">What answers.</param>
    /// <param name="options">Where, and the limits.</param>
    /// <param name="certificate">The certificate in force; while there is none, no connection comes about.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<WebhookServer> StartAsync(
        Webhook webhook,
        WebhookOptions options,
        Func<SslStreamCertificateContext?> certificate,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var server = new WebhookServer(webhook, options, certificate, time);
        try
        {
            // Not run: whoever composes the operator handles its signals.
            await server._app.StartAsync(cancellation);
            server.Address = new IPEndPoint(options.Address.Address, new Uri(server._app.Urls.Single()).Port);
            return server;
        }
        catch
        {
            await server._app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_options.StopTimeout, _time);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, WebhookOptions options, Func<SslStreamCertificateContext?> certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.BodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        kestrel.Listen(options.Address, listen => listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(5),
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate() ?? throw new AuthenticationException("There is no certificate yet."),
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            }),
        }));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (!Webhook.Knows(path) || !HttpMethods.IsPost(context.Request.Method))
        {
            await ProblemAsync(context, Webhook.Knows(path) ? 405 : 404, "There is nothing here but questions of an API server.");
            return;
        }

        long began = _time.GetTimestamp();
        _options.Began();
        bool isBusy = _webhook.Counts.Begin() > _options.RunningMax;
        try
        {
            byte[] question = await ReadAsync(context);
            (byte[]? body, string mistake) = isBusy ? _webhook.AnswerBusy(path, question) : _webhook.Answer(path, question);
            if (body is null)
            {
                await ProblemAsync(context, 400, mistake);
                return;
            }

            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException refused)
        {
            await ProblemAsync(context, refused.StatusCode, refused.Message);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await ProblemAsync(context, 408, "The question took too long to arrive.");
        }
        finally
        {
            _webhook.Counts.End();
            _options.Ended(path, context.Response.StatusCode, _time.GetElapsedTime(began));
        }
    }

    private async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var late = new CancellationTokenSource(_options.BodyTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        // It ends by itself at the limit of Kestrel.
        using MemoryStream body = new((int)Math.Min(context.Request.ContentLength ?? 0, _options.BodyBytesMax));
        await context.Request.Body.CopyToAsync(body, either.Token);
        return body.ToArray();
    }

    private static Task ProblemAsync(HttpContext context, int status, string what)
    {
        if (context.Response.HasStarted)
            return Task.CompletedTask;
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(what, context.RequestAborted);
    }
}
