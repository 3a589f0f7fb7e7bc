using Thermocline.Operator.Tests.Cluster;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Xunit;

[assembly: AssemblyFixture(typeof(ApiServers))]

namespace Thermocline.Operator.Tests.Cluster;

/// <summary>
/// One API server for all tests, started when the first of them asks. A test without one is skipped, except in CI, where it fails.
/// </summary>
public sealed class ApiServers : IAsyncDisposable
{
    private readonly Lazy<Task<(ApiServer? Server, string Missing)>> _start = new(() => ApiServer.StartAsync(CancellationToken.None));

    public async Task<ApiServer> UseAsync()
    {
        (ApiServer? server, string missing) = await _start.Value;
        return Required.Found(server, missing);
    }

    /// <summary>The server, for a test that asks it through kubectl.</summary>
    public async Task<ApiServer> UseWithKubectlAsync()
    {
        Required.That(Kubectl.IsThere, Kubectl.Missing);
        return await UseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_start.IsValueCreated && (await _start.Value).Server is { } server)
            await server.DisposeAsync();
    }
}
