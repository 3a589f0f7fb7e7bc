using System.Net;
using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Thermocline.Operator.Admission.Reviewing;
using Thermocline.Operator.Certificates;

namespace Thermocline.Operator.Tests.Admission.Live;

/// <summary>Another webhook, as many clusters have one: it puts a container of its own before all others.</summary>
internal sealed class ContainerPrepender : IAsyncDisposable
{
    public const string Service = "prepender";

    private readonly WebApplication _app;
    private int _asked;

    private ContainerPrepender(CertificateFiles files)
    {
        SslStreamCertificateContext certificate = Operator.Cluster.Connection.Certificates.Own(files.Serving, files.ServingKey);
        Authority = files.Authority;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }),
            })));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Authority { get; }

    public int Asked => Volatile.Read(ref _asked);

    public string Address => new Uri(_app.Urls.Single()).Authority;

    public static async Task<ContainerPrepender> StartAsync(CertificateOptions options, CancellationToken cancellation)
    {
        CertificateFiles files = CertificateMaker.Make(
            CertificateStep.MakeAll, null, options with { Service = Service }, TimeProvider.System.GetUtcNow());
        var started = new ContainerPrepender(files);
        await started._app.StartAsync(cancellation);
        return started;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        AdmissionRequest.TryRead(body.ToArray(), out AdmissionRequest? request, out _);
        Interlocked.Increment(ref _asked);
        bool hasList = request!.Object!["spec"]!["initContainers"] is not null;
        JsonNode container = new JsonObject { ["name"] = "prepended", ["image"] = "proxy:1" };
        var operation = new JsonObject
        {
            ["op"] = "add",
            ["path"] = hasList ? "/spec/initContainers/0" : "/spec/initContainers",
            ["value"] = hasList ? container : new JsonArray(container),
        };
        var answer = new AdmissionAnswer { Patch = new JsonArray(operation) };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Encoding.UTF8.GetString(answer.ToBody(request.Uid)), context.RequestAborted);
    }
}
