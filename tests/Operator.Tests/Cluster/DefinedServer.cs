using Thermocline.Operator.Api;
using Thermocline.Operator.Crds;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster;

/// <summary>An API server that knows the shipped definition, with a namespace of its own; made when the first test asks.</summary>
public sealed class DefinedServer : IAsyncDisposable
{
    private readonly Lazy<Task<ApiServer>> _start;

    public DefinedServer(ApiServers servers) => _start = new(() => StartAsync(servers));

    public string Namespace { get; } = $"memory-{Guid.NewGuid():N}";

    public Task<ApiServer> UseAsync() => _start.Value;

    public async ValueTask DisposeAsync()
    {
        if (_start is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _start.Value).KubectlAsync(["delete", "namespace", Namespace, "--wait=false"], "", CancellationToken.None);
    }

    private async Task<ApiServer> StartAsync(ApiServers servers)
    {
        ApiServer server = await servers.UseWithKubectlAsync();
        string definition = Path.Combine(RepositoryRoot.Find()!, "crds", Definition.FileNameOf(typeof(MemoryCluster)));
        // By the server: several classes of tests may do it at the same time.
        await Succeed("apply", "--server-side", "--force-conflicts", "-f", definition);
        await Succeed("wait", "--for=condition=Established", "--timeout=30s", "crd/memoryclusters.thermocline.dev");
        await Succeed("create", "namespace", Namespace);
        return server;

        async Task Succeed(params string[] arguments)
        {
            KubectlAnswer answer = await server.KubectlAsync(arguments, "", CancellationToken.None);
            Assert.True(answer.Code == 0, $"kubectl {string.Join(' ', arguments)}: {answer}");
        }
    }
}
