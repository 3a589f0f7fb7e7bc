using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Thermocline.Contract.Status;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Sidecars;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Sidecars;

public sealed class SidecarClientTests
{
    private const string Token = "s3cr3t-t0ken";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_status_is_read_whole_and_the_token_is_sent()
    {
        var said = new SidecarStatus { Version = "9", ConfiguredRevision = "7", Cold = new ColdStoreReport { RecoverySequence = 5 } };
        await using FakeSidecar fake = await FakeSidecar.StartAsync(context =>
            context.Response.WriteAsync(JsonSerializer.Serialize(said, StatusJson.Default.SidecarStatus)));
        SidecarAnswer<SidecarStatus> answer = await OneAsync(fake);
        Assert.True(answer.IsDone, answer.Failure);
        Assert.Equal(("9", "7", 5UL), (answer.Answer!.Version, answer.Answer.ConfiguredRevision, answer.Answer.Cold!.RecoverySequence));
        Assert.Equal([$"GET /v1/status Bearer {Token}"], fake.Asked);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tiers":null,"log":{},"pressure":null,"degraded":null,"unheardOf":{"a":[1]}}""")]
    [InlineData("""{"cold":{"operations":null}}""")]
    public async Task What_another_version_leaves_out_reads_as_its_default(string json)
    {
        await using FakeSidecar fake = await FakeSidecar.StartAsync(context => context.Response.WriteAsync(json));
        SidecarStatus status = (await OneAsync(fake)).Answer!;
        Assert.Equal("", status.Version);
        Assert.Equal(0, status.Tiers.Hot.Bytes + status.Tiers.Warm.Bytes + status.Tiers.Cold.Bytes);
        Assert.Empty(status.Degraded);
        Assert.NotNull(status.Pressure.State);
        Assert.NotNull(status.Log.Durability);
        Assert.Equal(json.Contains("cold", StringComparison.Ordinal), status.Cold?.Operations is not null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("{\"version\":5}")]
    [InlineData("{\"version\":\"a\",\"version\":\"b\"}")]
    [InlineData("{\"log\":{\"keys\":\"many\"}}")]
    public async Task What_is_no_status_is_a_failure_in_words(string body)
    {
        await using FakeSidecar fake = await FakeSidecar.StartAsync(context => context.Response.WriteAsync(body));
        Assert.Equal("what it answered is not what a sidecar answers", (await OneAsync(fake)).Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_without_end_is_not_kept(bool saysItsLength)
    {
        await using FakeSidecar fake = await FakeSidecar.StartAsync(async context =>
        {
            if (saysItsLength)
                context.Response.ContentLength = 64L << 20;
            var block = new byte[64 << 10];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });
        Assert.Equal("it answered more than 1048576 bytes", (await OneAsync(fake)).Failure);
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using FakeSidecar other = await FakeSidecar.StartAsync(context => context.Response.WriteAsync("{}"));
        await using FakeSidecar fake = await FakeSidecar.StartAsync(context =>
        {
            context.Response.Redirect($"http://127.0.0.1:{other.Port}/v1/status");
            return Task.CompletedTask;
        });
        Assert.Equal("it answered 302, a redirection, which is not followed", (await OneAsync(fake)).Failure);
        Assert.Empty(other.Asked);
    }

    [Fact]
    public async Task A_refused_token_is_said_and_never_shown()
    {
        await using FakeSidecar fake = await FakeSidecar.StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Path == "/v1/status" ? 401 : 500;
            await context.Response.WriteAsync($$"""{"code":"internal","detail":"you sent {{Token}}\nand more"}""");
        });
        Assert.Equal("it does not take the token (401)", (await OneAsync(fake)).Failure);
        using SidecarClient client = Client(fake);
        SidecarAnswer<DrainReport> drained =
            Assert.Single(await client.DrainAsync([Target("127.0.0.1")], TimeSpan.FromSeconds(1), Cancellation));
        Assert.Equal(("it answered 500: you sent [token] and more", "internal"), (drained.Failure, drained.Code));
        Assert.DoesNotContain(Token, Target("127.0.0.1").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_hangs_or_is_away_does_not_hold_the_others_and_answers_keep_their_order()
    {
        var hang = new TaskCompletionSource();
        await using FakeSidecar fake = await FakeSidecar.StartAsync(async context =>
        {
            if (context.Connection.LocalIpAddress!.ToString() == "127.0.0.1")
                await context.Response.WriteAsync("{}");
            await hang.Task;
        });
        using var client = new SidecarClient(
            new SidecarClientOptions { Port = fake.Port, StatusLimit = TimeSpan.FromMilliseconds(300), AtOnce = 2 }, TimeProvider.System);
        IReadOnlyList<SidecarAnswer<SidecarStatus>> answers = await client.StatusAsync(
            [Target("127.0.0.1", "a"), Target("127.0.0.2", "b"), Target("nowhere.example", "c"), Target("", "d"), Target("127.0.0.1", "e")],
            Cancellation);
        hang.SetResult();
        Assert.Equal(["a", "b", "c", "d", "e"], answers.Select(answer => answer.Pod.Name));
        Assert.Equal("it did not answer within 0.3 s", answers[0].Failure);
        Assert.StartsWith("it cannot be reached: ", answers[1].Failure, StringComparison.Ordinal);
        Assert.Equal("the pod's address is not an IP address", answers[2].Failure);
        Assert.Equal("the pod has no address yet", answers[3].Failure);
        Assert.Equal("it did not answer within 0.3 s", answers[4].Failure);
    }

    [Fact]
    public async Task Not_more_are_asked_at_once_than_allowed()
    {
        int running = 0, most = 0;
        await using FakeSidecar fake = await FakeSidecar.StartAsync(async context =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            await Task.Yield();
            await context.Response.WriteAsync("{}");
            Interlocked.Decrement(ref running);
        });
        using var client = new SidecarClient(new SidecarClientOptions { Port = fake.Port, AtOnce = 3 }, TimeProvider.System);
        SidecarTarget[] targets = [.. Enumerable.Range(0, 60).Select(i => Target("127.0.0.1", $"p{i}"))];
        IReadOnlyList<SidecarAnswer<SidecarStatus>> answers = await client.StatusAsync(targets, Cancellation);
        Assert.All(answers, static answer => Assert.True(answer.IsDone, answer.Failure));
        Assert.InRange(most, 1, 3);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("224.0.0.1")]
    public void An_address_no_pod_has_gets_no_token(string address) =>
        Assert.Equal((null, "the pod's address is none a pod can have"), Target(address).At(7071));

    [Theory]
    [InlineData("10.1.2.3", "http://10.1.2.3:7071/")]
    [InlineData("fd00::1", "http://[fd00::1]:7071/")]
    [InlineData("::ffff:10.1.2.3", "http://10.1.2.3:7071/")]
    public void An_address_of_a_pod_is_asked_over_http_on_the_port_of_sidecars(string address, string asked) =>
        Assert.Equal(new Uri(asked), Target(address).At(7071).Base);

    [Theory]
    [InlineData("")]
    [InlineData("a\r\nX-Injected: 1")]
    [InlineData("a b")]
    [InlineData("é")]
    public void What_no_header_can_hold_is_no_token(string token) =>
        Assert.Null(new SidecarTarget(new EntityKey("n", "p"), "10.0.0.1", token).At(7071).Base);

    [Fact]
    public async Task A_drain_says_what_came_of_it()
    {
        await using FakeSidecar fake = await FakeSidecar.StartAsync(async context =>
        {
            bool patient = context.Request.QueryString.Value == "?timeoutSeconds=90";
            context.Response.StatusCode = patient ? 200 : 409;
            await context.Response.WriteAsync(patient
                ? """{"done":true,"sequence":5,"recoverySequence":6,"seconds":0.1}"""
                : """{"code":"no-cold-store","title":"No cold store is configured."}""");
        });
        using SidecarClient client = Client(fake);
        SidecarAnswer<DrainReport> done = Assert.Single(await client.DrainAsync([Target("127.0.0.1")], TimeSpan.FromSeconds(90), Cancellation));
        Assert.Equal((true, 5UL, 6UL), (done.IsDone, done.Answer!.Sequence, done.Answer.RecoverySequence));
        SidecarAnswer<DrainReport> refused = Assert.Single(await client.DrainAsync([Target("127.0.0.1")], TimeSpan.FromSeconds(2), Cancellation));
        Assert.Equal(("it answered 409: No cold store is configured.", "no-cold-store"), (refused.Failure, refused.Code));
        Assert.Equal($"POST /v1/admin/drain?timeoutSeconds=90 Bearer {Token}", fake.Asked.First());
    }

    [Fact]
    public async Task A_status_of_a_megabyte_is_read()
    {
        string padded = "{\"version\":\"1\"," + new string(' ', (1 << 20) - 30) + "\"a\":1}";
        Assert.True(Encoding.UTF8.GetByteCount(padded) <= 1 << 20);
        await using FakeSidecar fake = await FakeSidecar.StartAsync(context => context.Response.WriteAsync(padded));
        Assert.Equal("1", (await OneAsync(fake)).Answer?.Version);
    }

    private static SidecarTarget Target(string address, string pod = "p") => new(new EntityKey("n", pod), address, Token);

    private static SidecarClient Client(FakeSidecar fake) => new(
        new SidecarClientOptions { Port = fake.Port, StatusLimit = TimeSpan.FromSeconds(20) }, TimeProvider.System);

    private static async Task<SidecarAnswer<SidecarStatus>> OneAsync(FakeSidecar fake)
    {
        using SidecarClient client = Client(fake);
        return Assert.Single(await client.StatusAsync([Target("127.0.0.1")], Cancellation));
    }
}
