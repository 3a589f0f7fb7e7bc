using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Live;

public sealed class LiveConnectionTests(ApiServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_is_who_its_service_account_says_and_may_do_what_that_may()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "account");
        using var folder = new TempFolder();
        await space.KubectlAsync("create", "serviceaccount", "robot");
        await File.WriteAllTextAsync(folder.Combine("token"), await space.KubectlAsync("create", "token", "robot"), Cancellation);
        await File.WriteAllTextAsync(folder.Combine("namespace"), space.Name, Cancellation);
        await File.WriteAllTextAsync(
            folder.Combine("ca.crt"), space.Connection.Authorities![0].ExportCertificatePem(), Cancellation);
        Uri server = space.Connection.Server;
        Dictionary<string, string> environment = new()
        {
            [InCluster.HostVariable] = server.Host,
            [InCluster.PortVariable] = $"{server.Port}",
        };
        using ClusterConnection connection = InCluster.Load(environment.GetValueOrDefault, TimeProvider.System, folder.Path);
        using var client = new ClusterClient(connection, TimeProvider.System);
        Assert.Equal(space.Name, client.DefaultNamespace);
        ClusterException denied = await Assert.ThrowsAsync<ClusterException>(
            () => client.GetAsync(LiveSpace.ConfigMaps, space.Key("a"), Cancellation));
        Assert.Equal(ClusterFault.Forbidden, denied.Fault);
        Assert.Contains($"system:serviceaccount:{space.Name}:robot", denied.Message, StringComparison.Ordinal);

        await space.KubectlAsync("create", "role", "reader", "--verb=get,list,watch", "--resource=configmaps");
        await space.KubectlAsync("create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={space.Name}:robot");
        Assert.Null(await Eventually(() => client.GetAsync(LiveSpace.ConfigMaps, space.Key("a"), Cancellation)));
        Assert.Empty((await client.ListAsync(
            LiveSpace.ConfigMaps, new ListScope { Namespace = space.Name, LabelSelector = "no=such" }, Cancellation)).Items);

        await File.WriteAllTextAsync(folder.Combine("token"), "not.a.token", Cancellation);
        connection.Token!.Forget();
        Assert.Equal(
            ClusterFault.Unauthorized,
            (await Assert.ThrowsAsync<ClusterException>(() => client.GetAsync(LiveSpace.ConfigMaps, space.Key("a"), Cancellation))).Fault);
    }

    [Fact]
    public async Task A_server_that_another_authority_vouches_for_is_not_believed()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "trust");
        using var connection = new ClusterConnection(space.Connection.Server);
        using var client = new ClusterClient(connection, TimeProvider.System);
        ClusterException refused = await Assert.ThrowsAsync<ClusterException>(
            () => client.GetAsync(LiveSpace.ConfigMaps, space.Key("a"), Cancellation));
        Assert.Equal(ClusterFault.Untrusted, refused.Fault);
    }

    // The authoriser hears of a binding a moment after it was made: it is asked until it has, a bounded number of times.
    private static async Task<AnyObject?> Eventually(Func<Task<AnyObject?>> ask)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await ask();
            }
            catch (ClusterException denied) when (denied.Fault == ClusterFault.Forbidden && i < 500)
            {
                await Task.Yield();
            }
        }
    }
}
