using System.Text.Json.Nodes;
using Thermocline.Operator.Cluster.Leading;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Tests.Cluster.Fakes;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Leading;

public sealed class LeaderElectionTests
{
    private static readonly EntityKey Lease = new("ns", "operator");

    private readonly SteppedTime _time = new();
    private readonly LeaseApi _api = new();
    private readonly List<(string Who, string What, DateTimeOffset At)> _told = [];

    [Fact]
    public async Task Who_is_alone_leads_and_gives_the_lease_back_when_it_stops()
    {
        using var stop = new CancellationTokenSource();
        LeaderElection election = Election("a", new LeaseLine());
        Task leading = election.RunAsync(lead => Task.Delay(Timeout.InfiniteTimeSpan, _time, lead), stop.Token);
        await _time.RunAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), _time, CancellationToken.None);
                return true;
            },
            TestContext.Current.CancellationToken);
        Assert.True(election.IsLeading);

        // Giving it back has a time limit, so the clock stands still from here.
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leading);
        Assert.False(election.IsLeading);
        Assert.Equal("", (string?)_api.Lease!["spec"]!["holderIdentity"]);
        Assert.True(_api.Renewals >= 10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_leader_that_is_cut_off_stops_before_another_begins(bool silent)
    {
        var line = new LeaseLine();
        using var stop = new CancellationTokenSource();
        await _time.RunAsync(
            async () =>
            {
                Task first = LeadAsync("a", line, stop.Token);
                Task second = LeadAsync("b", new LeaseLine(), stop.Token);
                await Task.Delay(TimeSpan.FromSeconds(31), _time, CancellationToken.None);
                line.IsCut = !silent;
                line.IsSilent = silent;
                await Task.Delay(TimeSpan.FromSeconds(60), _time, CancellationToken.None);
                await stop.CancelAsync();
                await Task.WhenAll(first, second);
                return true;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(["a begins", "a stops", "b begins", "b stops"], _told.Select(each => $"{each.Who} {each.What}"));
        TimeSpan between = _told[2].At - _told[1].At;
        Assert.True(between >= TimeSpan.FromSeconds(4), $"{between}");
    }

    [Fact]
    public async Task A_lease_given_back_is_taken_at_the_next_look()
    {
        using var first = new CancellationTokenSource();
        using var stop = new CancellationTokenSource();
        Task a = Task.CompletedTask;
        Task b = Task.CompletedTask;
        await _time.RunAsync(
            async () =>
            {
                a = LeadAsync("a", new LeaseLine(), first.Token);
                b = LeadAsync("b", new LeaseLine(), stop.Token);
                await Task.Delay(TimeSpan.FromSeconds(20), _time, CancellationToken.None);
                return true;
            },
            TestContext.Current.CancellationToken);

        // Giving it back has a time limit, so the clock stands still meanwhile.
        await first.CancelAsync();
        await a;
        await _time.RunAsync(
            async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(3), _time, CancellationToken.None);
                await stop.CancelAsync();
                await b;
                return true;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(["a begins", "a stops", "b begins", "b stops"], _told.Select(each => $"{each.Who} {each.What}"));
    }

    [Fact]
    public async Task A_renewal_whose_answer_was_lost_does_not_end_the_lead()
    {
        var line = new LeaseLine();
        using var stop = new CancellationTokenSource();
        await _time.RunAsync(
            async () =>
            {
                Task a = LeadAsync("a", line, stop.Token);
                await Task.Delay(TimeSpan.FromSeconds(11), _time, CancellationToken.None);
                line.LosesAnswers = true;
                await Task.Delay(TimeSpan.FromSeconds(4), _time, CancellationToken.None);
                line.LosesAnswers = false;
                await Task.Delay(TimeSpan.FromSeconds(60), _time, CancellationToken.None);
                Assert.Single(_told);
                await stop.CancelAsync();
                await a;
                return true;
            },
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("1990-01-01T00:00:00.000000Z")]
    [InlineData("2190-01-01T00:00:00.000000Z")]
    public async Task The_clock_of_another_machine_does_not_count(string renewTime)
    {
        _api.Lease = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "operator", ["namespace"] = "ns" },
            ["spec"] = new JsonObject { ["holderIdentity"] = "z", ["leaseDurationSeconds"] = 15, ["renewTime"] = renewTime },
        };
        DateTimeOffset start = _time.GetUtcNow();
        using var stop = new CancellationTokenSource();
        await _time.RunAsync(
            async () =>
            {
                Task a = LeadAsync("a", new LeaseLine(), stop.Token);
                await Task.Delay(TimeSpan.FromSeconds(30), _time, CancellationToken.None);
                await stop.CancelAsync();
                await a;
                return true;
            },
            TestContext.Current.CancellationToken);
        Assert.InRange((_told[0].At - start).TotalSeconds, 15, 20);
    }

    [Fact]
    public async Task A_lease_that_is_taken_away_ends_the_lead_at_the_next_renewal()
    {
        using var stop = new CancellationTokenSource();
        await _time.RunAsync(
            async () =>
            {
                Task a = LeadAsync("a", new LeaseLine(), stop.Token);
                await Task.Delay(TimeSpan.FromSeconds(7), _time, CancellationToken.None);
                JsonObject stolen = _api.Lease!;
                stolen["spec"]!["holderIdentity"] = "thief";
                _api.Lease = stolen;
                for (int i = 0; i < 100_000 && _told.Count < 2; i++)
                    await Task.Delay(TimeSpan.FromSeconds(1), _time, CancellationToken.None);
                Assert.Equal("a stops", $"{_told[1].Who} {_told[1].What}");
                await stop.CancelAsync();
                await a;
                return true;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal("thief", (string?)_api.Lease!["spec"]!["holderIdentity"]);
    }

    [Fact]
    public void Times_that_would_let_two_lead_are_refused()
    {
        var options = new LeaseOptions
        {
            Lease = Lease,
            Identity = "",
            Randomizer = static () => 0.5,
            RenewDeadline = TimeSpan.FromSeconds(15),
            RetryPeriod = TimeSpan.FromSeconds(8),
        };
        Assert.Equal(3, options.Mistakes().Count());
    }

    private LeaderElection Election(string identity, LeaseLine line) => new(
        _api.Client(_time, line), new LeaseOptions { Lease = Lease, Identity = identity, Randomizer = static () => 0.5 }, _time);

    private async Task LeadAsync(string who, LeaseLine line, CancellationToken stop)
    {
        try
        {
            await Election(who, line).RunAsync(
                async lead =>
                {
                    _told.Add((who, "begins", _time.GetUtcNow()));

                    // Told at the very moment, before the clock can move on.
                    using CancellationTokenRegistration told = lead.Register(() => _told.Add((who, "stops", _time.GetUtcNow())));
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, lead);
                },
                stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }
}
