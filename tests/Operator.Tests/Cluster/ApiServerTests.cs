using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster;

public sealed class ApiServerTests(ApiServers servers)
{
    [Fact]
    public async Task The_server_keeps_what_it_is_given()
    {
        ApiServer server = await servers.UseWithKubectlAsync();
        string name = $"kept-{Environment.ProcessId}";
        KubectlAnswer created = await Run(server, "create", "configmap", name, "--from-literal=a=1");
        Assert.True(created.Code == 0, created.ToString());
        KubectlAnswer read = await Run(server, "get", "configmap", name, "-o", "jsonpath={.data.a}");
        Assert.Equal("1", read.Output);
        Assert.Equal(0, (await Run(server, "delete", "configmap", name)).Code);
    }

    [Fact]
    public async Task A_server_that_was_stopped_leaves_no_kubeconfig()
    {
        Assert.SkipWhen((await servers.UseAsync()).IsNamed, "A named cluster is not stopped.");
        (ApiServer? server, string missing) = await ApiServer.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(server is not null, missing);
        Assert.True(File.Exists(server.Kubeconfig));
        Assert.NotNull(server.Etcd);
        await server.DisposeAsync();
        Assert.False(File.Exists(server.Kubeconfig));
    }

    private static Task<KubectlAnswer> Run(ApiServer server, params string[] arguments) =>
        server.KubectlAsync(arguments, "", TestContext.Current.CancellationToken);
}
