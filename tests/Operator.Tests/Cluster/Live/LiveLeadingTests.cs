using Thermocline.Operator.Cluster.Leading;
using Thermocline.Operator.Cluster.Requests;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Live;

public sealed class LiveLeadingTests(ApiServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_one_leads_and_the_other_follows_when_it_is_cut_off()
    {
        await using LiveSpace space = await LiveSpace.OpenAsync(servers, "lease");
        var door = new Door();
        using ClusterClient first = space.Through(door);
        using var stop = new CancellationTokenSource();
        var leading = new Leading();
        Task a = leading.RunAsync(Election(space, first, "a"), "a", stop.Token);
        await leading.NextAsync("a begins");
        Task b = leading.RunAsync(Election(space, space.Client, "b"), "b", stop.Token);
        door.Shut();
        await leading.NextAsync("a stops");
        await leading.NextAsync("b begins");
        await stop.CancelAsync();
        await leading.NextAsync("b stops");
        await Task.WhenAll(a, b);
        Assert.Equal("", await space.KubectlAsync("get", "lease", "operator", "-o", "jsonpath={.spec.holderIdentity}"));
        Assert.Equal("1", await space.KubectlAsync("get", "lease", "operator", "-o", "jsonpath={.spec.leaseTransitions}"));
    }

    private static LeaderElection Election(LiveSpace space, ClusterClient client, string identity) => new(
        client,
        new LeaseOptions
        {
            Lease = space.Key("operator"),
            Identity = identity,
            Duration = TimeSpan.FromSeconds(3),
            RenewDeadline = TimeSpan.FromSeconds(2),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
            Randomizer = static () => 0.5,
        },
        TimeProvider.System);

    /// <summary>Who begins and stops, in order.</summary>
    private sealed class Leading
    {
        private readonly System.Threading.Channels.Channel<string> _told = System.Threading.Channels.Channel.CreateBounded<string>(100);

        public async Task NextAsync(string expected) => Assert.Equal(expected, await _told.Reader.ReadAsync(Cancellation));

        public async Task RunAsync(LeaderElection election, string who, CancellationToken stop)
        {
            try
            {
                await election.RunAsync(
                    async lead =>
                    {
                        await _told.Writer.WriteAsync($"{who} begins", CancellationToken.None);
                        try
                        {
                            await Task.Delay(Timeout.Infinite, lead);
                        }
                        finally
                        {
                            await _told.Writer.WriteAsync($"{who} stops", CancellationToken.None);
                        }
                    },
                    stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Told to stop.
            }
        }
    }
}
