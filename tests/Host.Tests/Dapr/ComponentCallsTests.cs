using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Thermocline.Grpc;
using Thermocline.Protocol.Components;
using Thermocline.Sidecar.Dapr;
using Thermocline.Sidecar.Hosting;
using Thermocline.Testing;
using Thermocline.Testing.Grpc;
using Xunit;

namespace Thermocline.Host.Tests.Dapr;

public sealed class ComponentCallsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Lifecycle _lifecycle = new();

    public void Dispose()
    {
        _folder.Dispose();
        _lifecycle.Dispose();
    }

    [Fact]
    public async Task A_call_that_comes_before_everything_answers_waits_and_one_while_stopping_is_refused()
    {
        await using WebApplication app = Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new ComponentClient(_folder.Combine("c.sock"), "memories");

        Task<FeaturesResponse> early = AskAsync(client);
        await Task.WhenAny(early, Task.Delay(200, TestContext.Current.CancellationToken));
        Assert.False(early.IsCompleted);
        _lifecycle.MarkStarted();
        Assert.Equal(["ETAG"], (await early).Features);
        Assert.Equal(["ETAG"], (await AskAsync(client)).Features);

        _lifecycle.MarkStopping();
        CallException refused = await Assert.ThrowsAsync<CallException>(() => AskAsync(client));
        Assert.Equal(StatusCode.Unavailable, refused.Code);
    }

    private static Task<FeaturesResponse> AskAsync(ComponentClient client) =>
        client.CallAsync("StateStore", "Features", new FeaturesRequest(), FeaturesResponse.Parser);

    private WebApplication Build()
    {
        ServiceDefinition service = ServiceDefinition.For(StateReflection.Descriptor.Services.Single(static each => each.Name == "StateStore"))
            .AddUnary("Features", FeaturesRequest.Parser, new ComponentCalls(_lifecycle).Unary<FeaturesRequest, FeaturesResponse>(
                static (_, _, _) => new(new FeaturesResponse { Features = { "ETAG" } })))
            .Build();
        var options = new GrpcOptions();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            options.ApplyTo(kestrel.Limits);
            kestrel.ListenUnixSocket(_folder.Combine("c.sock"), static listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        app.UseRouting();
        app.MapGrpc([service], options);
        return app;
    }
}
