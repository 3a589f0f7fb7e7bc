using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Events.Dapr;
using Thermocline.Events.Tests.Outbox;
using Thermocline.Events.Tests.Redis;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Events.Tests.Dapr;

public sealed class DaprBusTests
{
    private const string Secret = "swordfish-9";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task An_event_comes_with_all_it_carries_and_both_tokens_are_shown(int bulk)
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { ApiToken = Secret, AppToken = "app-" + Secret, BulkMax = bulk };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        var collected = new Collected();
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g", "t/1"), collected.Handling, Cancellation);
        await dapr.ConnectAsync(rig.App, Cancellation);
        var end = DateTimeOffset.FromUnixTimeSeconds(4_000_000_000);
        EventDraft[] drafts =
        [
            new() { Payload = new byte[] { 0, 255, 7 }, Context = "c", Id = "own", Metadata = new Dictionary<string, string> { ["a"] = "b\"c" }, ExpiresAt = end },
            new() { Payload = "{\"x\":[1,2]}"u8.ToArray(), ContentType = "application/json" },
            new() { Payload = "plain"u8.ToArray(), ContentType = "text/plain" },
            new() { Payload = "{broken"u8.ToArray(), ContentType = "application/json" },
            new() { Payload = (byte[])[(byte)'"', 0xC3, (byte)'"'], ContentType = "application/json" },
        ];
        foreach (EventDraft draft in drafts)
            Assert.Equal(PublishAnswer.Done, await rig.Bus.PublishAsync("t/1", new[] { draft }, Cancellation));
        await collected.WaitAsync(drafts.Length, Cancellation);
        EventDelivery[] got = [.. drafts.Select(draft => collected.All.Single(each => each.Payload.Span.SequenceEqual(draft.Payload.Span)))];
        Assert.Equal(("own", "c", "b\"c", end), (got[0].Id, got[0].Context, got[0].Metadata["a"], got[0].ExpiresAt));
        Assert.Equal(drafts.Select(draft => draft.ContentType ?? ""), got.Select(each => each.ContentType));
        Assert.All(got, each => Assert.NotEmpty(each.Id));
    }

    [Fact]
    public async Task What_is_a_CloudEvent_already_goes_and_comes_as_it_is_with_its_context_beside_it()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        var collected = new Collected();
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g"), collected.Handling, Cancellation);
        await dapr.ConnectAsync(rig.App, Cancellation);
        const string Envelope = """{"specversion":"1.0","id":"e-1","source":"shop","type":"com.dapr.event.sent","traceparent":"00-1","datacontenttype":"application/json","data":{"n":12345678901234567890,"s":"ä<"}}""";
        EventDraft draft = RedisBusTests.Draft(Envelope, "customer") with { Metadata = new Dictionary<string, string> { ["a"] = "b" }, Id = "local" };
        Assert.Equal(PublishAnswer.Done, await rig.Bus.PublishAsync("t", new[] { draft }, Cancellation));
        await collected.WaitAsync(1, Cancellation);
        JsonObject sent = dapr.Published.Single().Envelope;
        Assert.Equal(("e-1", "com.dapr.event.sent", "customer"), ((string)sent["id"]!, (string)sent["type"]!, (string)sent["tccontext"]!));
        Assert.Equal("12345678901234567890", sent["data"]!["n"]!.ToJsonString());
        EventDelivery got = collected.All.Single();
        Assert.Equal(("e-1", "customer", "application/cloudevents+json", "b"), (got.Id, got.Context, got.ContentType, got.Metadata["a"]));
        JsonObject come = JsonNode.Parse(got.Payload.Span)!.AsObject();
        Assert.Equal(("e-1", "shop", "00-1"), ((string)come["id"]!, (string)come["source"]!, (string)come["traceparent"]!));
        Assert.False(come.ContainsKey("tccontext") || come.ContainsKey("tcmetadata"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Order_is_kept_within_a_context_past_retries_and_poison_becomes_a_dead_letter(int bulk)
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { BulkMax = bulk };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        var letters = new Collected();
        var collected = new Collected(delivery => Encoding.UTF8.GetString(delivery.Payload.Span) switch
        {
            "13" => Handling.Retry,
            ['1', ..] when delivery.Attempt == 1 => Handling.Retry,
            _ => Handling.Done,
        });
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g", "t.dead"), letters.Handling, Cancellation);
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g") with { AttemptsMax = 3, DeadLetterTopic = "t.dead" }, collected.Handling, Cancellation);
        await dapr.ConnectAsync(rig.App, Cancellation);
        EventDraft[] drafts = [.. Enumerable.Range(0, 30).Select(number => RedisBusTests.Draft($"{number}", $"{number % 4}"))];
        Assert.Equal(PublishAnswer.Done, await rig.Bus.PublishAsync("t", drafts, Cancellation));
        await letters.WaitAsync(1, Cancellation);
        await collected.WaitAsync(30 + 11 + 1, Cancellation);
        Assert.Equal(["13"], letters.Texts);
        foreach (IGrouping<string, EventDelivery> context in collected.All.GroupBy(delivery => delivery.Context))
        {
            int[] numbers = [.. context.Select(delivery => int.Parse(Encoding.UTF8.GetString(delivery.Payload.Span)))];
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    [Fact]
    public async Task What_comes_before_there_is_a_group_is_kept_for_the_first()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        await dapr.ConnectAsync(rig.App, Cancellation);
        for (int number = 0; number < 5; number++)
            await rig.Bus.PublishAsync("t", new[] { RedisBusTests.Draft($"{number}", "c") }, Cancellation);
        await Eventually.IsAsync(() => rig.Bus.Status.Topics.Any(topic => topic is { Name: "t", Published: 5 }), Cancellation);
        var collected = new Collected();
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("late"), collected.Handling, Cancellation);
        await collected.WaitAsync(5, Cancellation);
        Assert.Equal(["0", "1", "2", "3", "4"], collected.Texts);
    }

    [Fact]
    public async Task A_topic_that_is_not_taken_from_Dapr_cannot_be_subscribed_to()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            async () => await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g", "other"), new Collected().Handling, Cancellation));
        Assert.Contains("events.dapr.topics", refused.Message, StringComparison.Ordinal);
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g") with { DeadLetterTopic = "letters" }, new Collected().Handling, Cancellation);
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g", "letters"), new Collected().Handling, Cancellation);
        Assert.Equal(["letters", "t", "t/1"], rig.Bus.Status.Topics.Select(topic => topic.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_failed_of_a_bulk_is_sent_again_alone()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { FailEntry = 2 };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr, retries: 0);
        EventDraft[] drafts = [.. Enumerable.Range(0, 5).Select(number => RedisBusTests.Draft($"{number}", ""))];
        Assert.Equal(PublishAnswer.Done, await rig.Bus.PublishAsync("t", drafts, Cancellation));
        Assert.Equal(["0", "1", "2", "3", "4"], dapr.Published
            .Select(each => Encoding.UTF8.GetString(Convert.FromBase64String((string)each.Envelope["data_base64"]!))).Order());
        Assert.Equal(2, dapr.Requests);
    }

    [Theory]
    [InlineData(400, PublishOutcome.Invalid)]
    [InlineData(403, PublishOutcome.Unavailable)]
    [InlineData(404, PublishOutcome.Unavailable)]
    [InlineData(413, PublishOutcome.TooLarge)]
    [InlineData(500, PublishOutcome.Unavailable)]
    public async Task Each_refusal_is_what_it_means(int status, PublishOutcome expected)
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { FailWith = status };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr, retries: 0);
        PublishAnswer answer = await rig.Bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation);
        Assert.Equal(expected, answer.Outcome);
        Assert.NotNull(answer.Reason);
    }

    [Fact]
    public async Task A_wrong_token_is_told_and_never_shown_and_the_next_one_is_taken_at_once()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { ApiToken = Secret };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        File.WriteAllText(rig.ApiTokenFile, "wrong-7");
        PublishAnswer answer = await rig.Bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation);
        Assert.Equal(PublishOutcome.Unavailable, answer.Outcome);
        Assert.DoesNotContain("wrong-7", $"{answer} {rig.Bus.Status}", StringComparison.Ordinal);
        File.Delete(rig.ApiTokenFile);
        answer = await rig.Bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation);
        Assert.Equal(PublishOutcome.Unavailable, answer.Outcome);
        Assert.Contains(rig.ApiTokenFile, answer.Reason, StringComparison.Ordinal);
        File.WriteAllText(rig.ApiTokenFile, Secret);
        Assert.Equal(PublishAnswer.Done, await rig.Bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation));
    }

    [Fact]
    public async Task After_five_failures_in_a_row_nothing_is_sent_for_a_while()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { FailWith = 503 };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr, retries: 0);
        for (int attempt = 0; attempt < 20; attempt++)
            Assert.Equal(PublishOutcome.Unavailable, (await rig.Bus.PublishAsync("t", new[] { RedisBusTests.Draft("x", "c") }, Cancellation)).Outcome);
        Assert.InRange(dapr.Requests, 5, 6);
        Assert.False(rig.Bus.Status.Available);
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once()
    {
        var options = new DaprOptions { Endpoint = new Uri("ftp://x"), PubSub = "", Topics = ["", new string('t', 65), "a\u0001"] };
        string said = Assert.Throws<ArgumentException>(() => new DaprBus(options, new MoodyBus(), TimeProvider.System, () => 0.5)).Message;
        Assert.All(["Endpoint", "PubSub", "65", "control"], word => Assert.Contains(word, said, StringComparison.Ordinal));
    }
}
