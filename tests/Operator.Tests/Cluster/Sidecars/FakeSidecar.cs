using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Thermocline.Operator.Tests.Cluster.Sidecars;

/// <summary>Answers as a sidecar might, well or badly, on an address of loopback of its own.</summary>
internal sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSidecar(WebApplication app) => _app = app;

    /// <summary>What was asked, with the token that came along.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<FakeSidecar> StartAsync(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        var fake = new FakeSidecar(app);
        app.Run(async context =>
        {
            HttpRequest request = context.Request;
            fake.Asked.Enqueue($"{request.Method} {request.Path}{request.QueryString} {request.Headers.Authorization}");
            await answer(context);
        });
        await app.StartAsync();
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        // A client that hangs on to its connection must not hold the test.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
