using Thermocline.Testing.Crash;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Crash;

/// <summary>The crash driver is worth what it can catch: each broken promise must be a violation.</summary>
public sealed class CrashWriterTests : IDisposable
{
    private const int Calls = 400;

    private readonly LyingServer _server = new();
    private readonly CrashTally _tally = new();
    private readonly CrashWriter _writer;
    private readonly KvClient _client;

    public CrashWriterTests()
    {
        _writer = new CrashWriter(number: 1, keys: 12, seed: 7, _tally);
        _client = new KvClient(new Uri("http://localhost"), "c", _server);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task An_honest_server_gives_no_violation()
    {
        for (int round = 0; round < 20; round++)
        {
            await WorkUntilTheConnectionBreaksAsync();
            await VerifyAsync();
        }

        CrashReport report = Report();
        Assert.Empty(report.Violations);
        Assert.True(report.AcknowledgedWrites > 1000, report.ToString());
        Assert.True(report.WritesInDoubt > 5, report.ToString());

        // This server does the call it does not answer, so whenever a reader can tell, it was done.
        Assert.True(report.WritesInDoubtDone > 3, report.ToString());
    }

    [Fact]
    public async Task A_lost_write_is_caught()
    {
        await WorkUntilTheConnectionBreaksAsync();
        _server.Remove(_writer.PresentKeys.First());
        await VerifyAsync();
        Assert.Contains("but holds nothing", OnlyViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_value_that_comes_back_is_caught()
    {
        await WorkUntilTheConnectionBreaksAsync();
        string absent = Enumerable.Range(1, 6).Select(i => $"w1-k{i}").Except(_server.Keys).First();
        _server[absent] = SelfDescribingValue.Make(absent, 1, new Random(1));
        await VerifyAsync();
        Assert.Contains("must hold nothing", OnlyViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_value_is_caught()
    {
        await WorkUntilTheConnectionBreaksAsync();
        string key = _writer.PresentKeys.First();
        _server[key] = SelfDescribingValue.Make(key, 1, new Random(1));
        await VerifyAsync();
        Assert.Contains("but holds version 1", OnlyViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_is_caught()
    {
        await WorkUntilTheConnectionBreaksAsync();
        string key = _writer.PresentKeys.First();
        _server[key][^1] ^= 1;
        await VerifyAsync();
        Assert.Contains("not a value of this key", OnlyViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_batch_is_caught()
    {
        // Breaks the connection at every call in turn until one was a batch of which a key can be put back.
        for (int seed = 0; seed < 200; seed++)
        {
            using var server = new LyingServer();
            var tally = new CrashTally();
            var writer = new CrashWriter(1, 12, seed, tally);
            using var client = new KvClient(new Uri("http://localhost"), "c", server);
            server.CallsLeft = Calls;
            await writer.RunAsync(client, () => true, TestContext.Current.CancellationToken);
            if (writer.PutBack() is not { } before)
            {
                continue;
            }

            server[before.Key] = SelfDescribingValue.Make(before.Key, before.Version, new Random(1));
            server.CallsLeft = int.MaxValue;
            await writer.VerifyAsync(client, "Round 1");
            Assert.Contains("a batch was done in part", Assert.Single(tally.Report(0, 0, 0, 0).Violations), StringComparison.Ordinal);
            return;
        }

        Assert.Fail("No seed interrupted a batch.");
    }

    [Fact]
    public async Task An_ignored_condition_is_caught()
    {
        _server.IgnoresConditions = true;
        await WorkUntilTheConnectionBreaksAsync();
        Assert.Contains(Report().Violations, violation => violation.Contains("could not hold", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_weaker_acknowledgement_is_caught()
    {
        _server.Durability = "buffered";
        await WorkUntilTheConnectionBreaksAsync();
        Assert.Contains(Report().Violations, violation => violation.Contains("answered as buffered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_breaks_without_a_kill_is_caught()
    {
        _server.CallsLeft = Calls;
        await _writer.RunAsync(_client, () => false, TestContext.Current.CancellationToken);
        Assert.Contains("nobody had stopped the process", OnlyViolation(), StringComparison.Ordinal);
    }

    private async Task WorkUntilTheConnectionBreaksAsync()
    {
        _server.CallsLeft = Calls;
        await _writer.RunAsync(_client, () => true, TestContext.Current.CancellationToken);
        _server.CallsLeft = int.MaxValue;
    }

    private Task VerifyAsync() => _writer.VerifyAsync(_client, "Round 1");

    private CrashReport Report() => _tally.Report(7, 0, 0, 0);

    private string OnlyViolation() => Assert.Single(Report().Violations);
}
