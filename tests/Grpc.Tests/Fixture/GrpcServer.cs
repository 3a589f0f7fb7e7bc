using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Thermocline.Testing;
using Thermocline.Testing.Grpc;

namespace Thermocline.Grpc.Tests.Fixture;

/// <summary>Services on a unix socket in a folder of its own, with a budget whose account is kept.</summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TempFolder? _folder;

    private GrpcServer(WebApplication app, TempFolder? folder, string path, Budget budget, LogLines log)
    {
        _app = app;
        _folder = folder;
        Path = path;
        Budget = budget;
        Log = log;
    }

    public string Path { get; }

    public Budget Budget { get; }

    public LogLines Log { get; }

    public static Task<GrpcServer> StartAsync(IReadOnlyList<ServiceDefinition> services, GrpcOptions? options = null)
    {
        var folder = new TempFolder();
        return StartAsync(folder.Combine("grpc.sock"), folder, services, options);
    }

    /// <summary>Starts at a path in a folder of somebody else's.</summary>
    public static Task<GrpcServer> StartAtAsync(string path, IReadOnlyList<ServiceDefinition> services) =>
        StartAsync(path, null, services, null);

    private static async Task<GrpcServer> StartAsync(
        string path, TempFolder? folder, IReadOnlyList<ServiceDefinition> services, GrpcOptions? options)
    {
        var budget = new Budget();
        var log = new LogLines();
        options = (options ?? new GrpcOptions()) with { TryTake = budget.TryTake, Return = budget.Return };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            options.ApplyTo(kestrel.Limits);
            kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddProvider(log);
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapGrpc(services, options);
        await app.StartAsync();
        return new GrpcServer(app, folder, path, budget, log);
    }

    public GrpcChannel Open() => new(Path);

    /// <summary>Waits until every byte of the budget is back: a call that was cut off ends a little later than its caller.</summary>
    public async Task IdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Budget.Taken != 0)
            await Task.Delay(1, limit.Token);
    }

    /// <summary>Begins to stop, and waits for it.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder?.Dispose();
    }
}
