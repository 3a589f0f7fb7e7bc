using System.Globalization;
using Thermocline.Operator.Cluster.Connection;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Pacing;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Testing;
using Thermocline.Testing.Cluster;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Live;

public sealed class LiveWatchTests(ApiServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_are_told_across_many_short_streams()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "streams");
        await space.Client.CreateAsync(LiveSpace.ConfigMaps, space.Name, LiveSpace.ConfigMap("a", label: "x"), Cancellation);
        await using var watch = new LiveWatch(space.Client, space.Name);
        Assert.Equal("Added a", await watch.NextAsync());
        Assert.Equal("Synced ", await watch.NextAsync());
        for (int i = 0; watch.Status.Reconnections < 2; i++)
        {
            await space.Client.ApplyAsync(LiveSpace.ConfigMaps, space.Key("a"), LiveSpace.Value($"{i}-x"), ApplyOptions.Forced, Cancellation);
            Assert.Equal("Modified a", await watch.NextAsync());
        }

        await space.Client.DeleteAsync(Resources.ConfigMaps, space.Key("a"), DeleteOptions.Default, Cancellation);
        Assert.Equal("Deleted a", await watch.NextAsync());
        Assert.Equal(1, watch.Status.Lists);
    }

    [Fact]
    public async Task History_that_was_compacted_is_listed_again()
    {
        // Of its own: what is compacted is gone for every other test.
        Assert.SkipWhen((await servers.UseAsync()).IsNamed, "A named cluster's etcd is out of reach.");
        await using ApiServer server = await OwnAsync();
        using ClusterConnection connection = Kubeconfig.Load(server.Kubeconfig, new KubeconfigOptions(), TimeProvider.System);
        using var client = new ClusterClient(connection, TimeProvider.System);
        var door = new Door { InnerHandler = connection.CreateHandler() };
        using var through = new ClusterClient(connection, door, TimeProvider.System, new ClientOptions { RetriesMax = 0 });
        foreach (string name in new[] { "changed", "gone", "replaced" })
            await client.CreateAsync(LiveSpace.ConfigMaps, "default", LiveSpace.ConfigMap(name, label: "x"), Cancellation);
        await using var watch = new LiveWatch(through, "default");
        for (int i = 0; i < 4; i++)
            await watch.NextAsync();

        door.Shut();
        await door.Knocked.WaitAsync(Cancellation);
        await client.ApplyAsync(LiveSpace.ConfigMaps, new("default", "changed"), LiveSpace.Value("2"), ApplyOptions.Forced, Cancellation);
        await client.DeleteAsync(Resources.ConfigMaps, new("default", "gone"), DeleteOptions.Default, Cancellation);
        await client.DeleteAsync(Resources.ConfigMaps, new("default", "replaced"), DeleteOptions.Default, Cancellation);
        AnyObject last = await client.CreateAsync(
            LiveSpace.ConfigMaps, "default", LiveSpace.ConfigMap("replaced", label: "x"), Cancellation);
        using var etcd = new HttpClient();
        using var compaction = new StringContent($$"""{"revision":"{{last.Metadata.ResourceVersion}}","physical":true}""");
        (await etcd.PostAsync(new Uri(server.Etcd!, "/v3/kv/compaction"), compaction, Cancellation)).EnsureSuccessStatusCode();
        door.Open();
        Assert.Equal(
            ["Deleted gone", "Modified changed", "Deleted replaced", "Added replaced", "Synced "],
            [await watch.NextAsync(), await watch.NextAsync(), await watch.NextAsync(), await watch.NextAsync(), await watch.NextAsync()]);
        Assert.Equal(2, watch.Status.Lists);
    }

    [Fact]
    public async Task A_server_that_is_killed_and_comes_back_loses_no_change()
    {
        Assert.SkipWhen((await servers.UseAsync()).IsNamed, "A named cluster is not killed.");
        await using ApiServer keeper = await OwnAsync();
        using var folder = new TempFolder();
        string tokens = folder.Combine("tokens.csv");
        await File.WriteAllTextAsync(tokens, "letmein,tester,1,\"system:masters\"\n", Cancellation);
        string[] arguments =
        [
            "-port", LoopbackPort.Free().ToString(CultureInfo.InvariantCulture), "-etcd-servers", keeper.Etcd!.ToString().TrimEnd('/'),
            "-token-auth-file", tokens, "-controllers=false",
        ];

        ApiServer first = await OwnAsync(arguments);
        using ClusterConnection named = Kubeconfig.Load(first.Kubeconfig, new KubeconfigOptions(), TimeProvider.System);

        // A server that starts anew makes itself a new authority, so this client believes any.
        using var connection = new ClusterConnection(named.Server) { Token = TokenSource.Fixed("letmein"), TrustsAnybody = true };
        using var client = new ClusterClient(connection, TimeProvider.System);
        await client.CreateAsync(LiveSpace.ConfigMaps, "default", LiveSpace.ConfigMap("a", label: "x"), Cancellation);
        await using var watch = new LiveWatch(client, "default");
        Assert.Equal(["Added a", "Synced "], [await watch.NextAsync(), await watch.NextAsync()]);
        Signal.SendKill(first.ProcessId!.Value);
        await first.DisposeAsync();

        // While nobody tells, something happens.
        using ClusterConnection beside = Kubeconfig.Load(keeper.Kubeconfig, new KubeconfigOptions(), TimeProvider.System);
        using var other = new ClusterClient(beside, TimeProvider.System);
        await other.CreateAsync(LiveSpace.ConfigMaps, "default", LiveSpace.ConfigMap("b", label: "x"), Cancellation);
        await other.DeleteAsync(Resources.ConfigMaps, new("default", "a"), DeleteOptions.Default, Cancellation);
        await using ApiServer second = await OwnAsync(arguments);
        Assert.Equal(["Added b", "Deleted a"], [await watch.NextAsync(), await watch.NextAsync()]);
        await client.CreateAsync(LiveSpace.ConfigMaps, "default", LiveSpace.ConfigMap("c", label: "x"), Cancellation);
        Assert.Equal("Added c", await watch.NextAsync());
        Assert.Equal(1, watch.Status.Lists);
    }

    private static async Task<ApiServer> OwnAsync(params string[] more)
    {
        (ApiServer? server, string missing) = await ApiServer.StartAsync(Cancellation, more);
        Assert.True(server is not null, missing);
        return server;
    }

    /// <summary>A watcher of labelled ConfigMaps that runs while a test reads what it tells.</summary>
    private sealed class LiveWatch : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Watcher<AnyObject> _watcher;
        private readonly Task _running;

        public LiveWatch(ClusterClient client, string @namespace)
        {
            var options = new WatcherOptions
            {
                StreamLimit = TimeSpan.FromSeconds(1),
                Backoff = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200)),
                Randomizer = static () => 0,
            };
            var scope = new ListScope { Namespace = @namespace, LabelSelector = "test=x" };
            _watcher = new Watcher<AnyObject>(client, LiveSpace.ConfigMaps, scope, options, TimeProvider.System);
            _running = _watcher.RunAsync(_stop.Token);
        }

        public WatchStatus Status => _watcher.Status;

        public async Task<string> NextAsync()
        {
            WatchEvent<AnyObject> told = await _watcher.Events.ReadAsync(Cancellation);
            return $"{told.Kind} {told.Key.Name}";
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
            _stop.Dispose();
        }
    }
}
