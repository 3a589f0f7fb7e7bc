using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Testing.Cluster;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Live;

/// <summary>A namespace of a test's own on a real server, and a client of the administrator's.</summary>
internal sealed class LiveSpace : IAsyncDisposable
{
    public static readonly Resource<AnyObject> ConfigMaps = Resources.Whole(Resources.ConfigMaps);

    public static readonly Resource<AnyObject> Pods = Resources.Whole(Resources.Pods);

    // Two tests that are about the same thing get two namespaces, and the second does not meet the first one's end.
    private static int _opened;

    private readonly ClusterConnection _connection;

    private LiveSpace(ApiServer server, string name)
    {
        Server = server;
        Name = name;
        _connection = Kubeconfig.Load(server.Kubeconfig, new KubeconfigOptions(), TimeProvider.System);
        Client = new ClusterClient(_connection, TimeProvider.System);
    }

    public ApiServer Server { get; }

    public string Name { get; }

    public ClusterClient Client { get; }

    public ClusterConnection Connection => _connection;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<LiveSpace> OpenAsync(ApiServers servers, string about)
    {
        var space = new LiveSpace(await servers.UseAsync(), $"wire-{about}-{Environment.ProcessId}-{Interlocked.Increment(ref _opened)}");
        var key = new EntityKey("", space.Name);
        await space.Client.ApplyAsync(Resources.Whole(Resources.Namespaces), key, [], ApplyOptions.Default, Cancellation);
        return space;
    }

    public EntityKey Key(string name) => new(Name, name);

    public static AnyObject ConfigMap(string name, string value = "1", string? label = null) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new ObjectMeta
        {
            Name = name,
            Labels = label is null ? null : new Dictionary<string, string> { ["test"] = label },
        },
        Fields = new JsonObject { ["data"] = new JsonObject { ["value"] = value } },
    };

    public static JsonObject Value(string value) => new() { ["data"] = new JsonObject { ["value"] = value } };

    /// <summary>A client of the same cluster through a door that can be shut.</summary>
    public ClusterClient Through(Door door)
    {
        door.InnerHandler = _connection.CreateHandler();
        return new ClusterClient(_connection, door, TimeProvider.System, new ClientOptions { RetriesMax = 0 });
    }

    public async Task<string> KubectlAsync(params string[] arguments)
    {
        KubectlAnswer answer = await Server.KubectlAsync(["-n", Name, .. arguments], "", Cancellation);
        Assert.True(answer.Code == 0, answer.ToString());
        return answer.Output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DeleteAsync(Resources.Namespaces, new EntityKey("", Name), DeleteOptions.Default, CancellationToken.None);
        Client.Dispose();
        _connection.Dispose();
    }
}
