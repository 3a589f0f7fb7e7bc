using System.Text;
using System.Text.Json;
using Thermocline.Events.Dapr;
using Thermocline.Events.Tests.Outbox;
using Thermocline.Events.Tests.Redis;
using Thermocline.Testing.Dapr;
using Xunit;

namespace Thermocline.Events.Tests.Dapr;

public sealed class DaprDeliveriesTests
{
    private const string Secret = "swordfish-9";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "DROP")]
    [InlineData("{", "DROP")]
    [InlineData("[]", "DROP")]
    [InlineData("null", "DROP")]
    [InlineData("""{"id":5}""", "DROP")]
    [InlineData("""{"id":""}""", "DROP")]
    [InlineData("""{"id":"\ud800"}""", "DROP")]
    [InlineData("""{"id":"a","type":"thermocline.event","data_base64":"?"}""", "DROP")]
    [InlineData("""{"id":"a","type":"thermocline.event","data_base64":7}""", "DROP")]
    [InlineData("""{"id":"a","type":"thermocline.event","data":"\ud800"}""", "DROP")]
    [InlineData("""{"id":"a","type":"thermocline.event","tccontext":"a\u0001b"}""", "DROP")]
    [InlineData("""{"id":"a","type":"other","tccontext":"a\u0001b","data_base64":"?"}""", "SUCCESS")]
    [InlineData("""{"id":"a","entries":5}""", "SUCCESS")]
    [InlineData("""{"id":"a","time":[],"datacontenttype":{},"tcmetadata":"x","tccontext":1,"expiration":"soon"}""", "SUCCESS")]
    [InlineData("""{"entries":[5,{},{"entryId":1},{"entryId":"e"}]}""", """{"statuses":[{"entryId":"e","status":"DROP"}]}""")]
    [InlineData("""{"entries":[]}""", """{"statuses":[]}""")]
    public async Task Whatever_is_delivered_gets_an_answer_of_Daprs_and_what_is_dropped_is_kept(string body, string expected)
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        var letters = new Collected();
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g", "t.dead"), letters.Handling, Cancellation);
        DaprReply reply = await rig.Bus.Deliveries.DeliverAsync("t", null, Encoding.UTF8.GetBytes(body), Cancellation);
        Assert.Equal(200, reply.Status);
        Assert.Contains(expected, Text(reply), StringComparison.Ordinal);
        if (!expected.Contains("DROP", StringComparison.Ordinal))
            return;
        await letters.WaitAsync(1, Cancellation);
        EventDelivery letter = letters.All.Single();
        Assert.NotEmpty(letter.Metadata["thermocline-dead-letter-reason"]);
        if (!body.Contains("entries", StringComparison.Ordinal))
            Assert.Equal(body, letters.Texts.Single());
    }

    [Fact]
    public async Task Size_depth_and_bytes_that_are_no_text_are_bounded()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        string[] bodies =
        [
            "{\"id\":\"a\",\"data\":" + new string('[', 1_000) + new string(']', 1_000) + "}",
            $$"""{"id":"a","type":"other","data":"{{new string('x', EventLimits.PayloadBytesMax)}}"}""",
            $$"""{"id":"{{new string('i', 200)}}","type":"thermocline.event"}""",
        ];
        foreach (string body in bodies)
            Assert.Contains("DROP", Text(await DeliverAsync(rig.Bus, body)), StringComparison.Ordinal);
        Assert.Contains("DROP", Text(await rig.Bus.Deliveries.DeliverAsync("t", null, (byte[])[.. "{\"id\":\""u8, 0xC3, .. "\"}"u8], Cancellation)), StringComparison.Ordinal);
        Assert.Contains("SUCCESS", Text(await DeliverAsync(rig.Bus, $$"""{"id":"{{new string('i', 200)}}","type":"other"}""")), StringComparison.Ordinal);
        TopicStatus letters = rig.Bus.Status.Topics.Single(topic => topic.Name == "t.dead");
        Assert.Equal(4, letters.Published);
    }

    [Fact]
    public async Task Tokens_are_asked_for_each_time_and_may_be_replaced()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub) { AppToken = Secret };
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        DaprDeliveries deliveries = rig.Bus.Deliveries;
        byte[] fine = "{\"id\":\"a\"}"u8.ToArray();
        string?[] wrong = [null, "", "swordfish", Secret + "0"];
        foreach (string? token in wrong)
        {
            Assert.Equal(401, (await deliveries.DeliverAsync("t", token, fine, Cancellation)).Status);
            Assert.Equal(401, deliveries.Subscribe(token, 1 << 20).Status);
        }

        Assert.Equal(200, (await deliveries.DeliverAsync("t", Secret, fine, Cancellation)).Status);
        File.WriteAllText(rig.AppTokenFile, "new-1");
        Assert.Equal(200, (await deliveries.DeliverAsync("t", "new-1", fine, Cancellation)).Status);
        Assert.Equal(401, (await deliveries.DeliverAsync("t", Secret, fine, Cancellation)).Status);
        File.Delete(rig.AppTokenFile);
        Assert.Equal(503, (await deliveries.DeliverAsync("t", "guess", fine, Cancellation)).Status);
        Assert.Equal(503, deliveries.Subscribe("new-1", 1 << 20).Status);
    }

    [Fact]
    public async Task Dapr_is_told_the_topics_and_how_many_events_surely_fit_into_one_delivery()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr, topics: ["größe/1", "plain"]);
        JsonElement[] told = [.. Told(32 << 20)];
        Assert.Equal([("größe/1", "/dapr/events/gr%C3%B6%C3%9Fe%2F1"), ("plain", "/dapr/events/plain")],
            told.Select(each => (each.GetProperty("topic").GetString(), each.GetProperty("route").GetString())));
        Assert.All(told, each => Assert.Equal(DaprRig.PubSub, each.GetProperty("pubsubname").GetString()));
        Assert.All(told, each => Assert.Equal(8, each.GetProperty("bulkSubscribe").GetProperty("maxMessagesCount").GetInt32()));
        Assert.All(Told(7 << 20), each => Assert.False(each.TryGetProperty("bulkSubscribe", out _)));

        IEnumerable<JsonElement> Told(int bodyBytesMax) =>
            JsonDocument.Parse(rig.Bus.Deliveries.Subscribe(null, bodyBytesMax).Body).RootElement.EnumerateArray();
    }

    [Fact]
    public async Task A_topic_that_is_none_of_ours_is_delivered_again_where_a_404_would_lose_it()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        Assert.Equal(503, (await rig.Bus.Deliveries.DeliverAsync("other", null, "{\"id\":\"a\"}"u8.ToArray(), Cancellation)).Status);
    }

    [Fact]
    public async Task Where_there_is_no_room_all_is_delivered_again_and_nothing_is_a_dead_letter()
    {
        var local = new MoodyBus { IsAway = true };
        await using var bus = new DaprBus(
            new DaprOptions { Endpoint = new Uri("http://127.0.0.1:1"), PubSub = "p", Topics = ["t"] }, local, TimeProvider.System, () => 0.5);
        Assert.Equal("""{"statuses":[{"entryId":"0","status":"RETRY"},{"entryId":"1","status":"RETRY"}]}""", Text(await DeliverAsync(bus, Bulk(2))));
        Assert.Equal("away", bus.Status.LastFailure);
        Assert.Equal("""{"status":"RETRY"}""", Text(await DeliverAsync(bus, "{")));
        local.IsAway = false;
        Assert.Contains("SUCCESS", Text(await DeliverAsync(bus, Bulk(2))), StringComparison.Ordinal);
        Assert.Equal(["0", "1"], local.Taken.Select(each => each.Text));
    }

    [Fact]
    public async Task What_is_too_much_for_one_publication_is_taken_piece_by_piece_in_order()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr, limits: Embedded.Events.Quick with { BacklogEventsMax = 2 });
        var collected = new Collected();
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g"), collected.Handling, Cancellation);
        string answer = Text(await DeliverAsync(rig.Bus, Bulk(9)));
        Assert.Equal(9, answer.Split("SUCCESS").Length - 1);
        await collected.WaitAsync(9, Cancellation);
        Assert.Equal(Enumerable.Range(0, 9).Select(number => $"{number}"), collected.Texts);
    }

    [Fact]
    public async Task A_bulk_without_end_is_answered_for_as_far_as_it_is_taken()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        string answer = Text(await DeliverAsync(rig.Bus, Bulk(2_500)));
        Assert.Equal(1_000, answer.Split("SUCCESS").Length - 1);
        Assert.Equal(1_000, rig.Bus.Status.Topics.Single(topic => topic.Name == "t").Published);
    }

    [Fact]
    public async Task What_is_wrong_in_a_bulk_does_not_hold_up_the_rest()
    {
        using var dapr = new DaprStandIn(DaprRig.PubSub);
        await using DaprRig rig = await DaprRig.OpenAsync(dapr);
        var collected = new Collected();
        await rig.Bus.SubscribeAsync(RedisBusTests.Wish("g"), collected.Handling, Cancellation);
        string bulk = Bulk(4).Replace("\"id\":\"id 2\"", "\"id\":\"" + new string('i', 200) + "\"", StringComparison.Ordinal);
        Assert.Equal(["SUCCESS", "SUCCESS", "DROP", "SUCCESS"], JsonDocument.Parse((await DeliverAsync(rig.Bus, bulk)).Body).RootElement
            .GetProperty("statuses").EnumerateArray().Select(each => each.GetProperty("status").GetString()));
        await collected.WaitAsync(3, Cancellation);
        Assert.Equal(["0", "1", "3"], collected.Texts);
    }

    private static string Bulk(int count)
    {
        IEnumerable<string> entries = Enumerable.Range(0, count).Select(number =>
            $$$"""{"entryId":"{{{number}}}","event":{"id":"id {{{number}}}","type":"thermocline.event","tccontext":"c","data":"{{{number}}}"}}""");
        return $$"""{"id":"bulk","entries":[{{string.Join(',', entries)}}]}""";
    }

    private static ValueTask<DaprReply> DeliverAsync(DaprBus bus, string body) =>
        bus.Deliveries.DeliverAsync("t", null, Encoding.UTF8.GetBytes(body), Cancellation);

    private static string Text(DaprReply reply) => Encoding.UTF8.GetString(reply.Body.Span);
}
