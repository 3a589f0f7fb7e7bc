using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Dapr;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.Host.Tests.Events;

/// <summary>What memories publish of themselves, as an application hears it through daprd.</summary>
public sealed class MemoryEventsTests
{
    private const string Both = "events: {publish: [memory.write, memory.access]}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_subscribes_hears_of_every_memory_that_is_saved_in_the_order_of_its_session()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync(yaml: Both);
        DaprdPubSub broker = await sidecar.OpenAsync();
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("memory.write", null, inbox.TakeAsync, Cancellation);
        await GreetAsync(sidecar.Sidecar, inbox);
        int before = inbox.Messages.Count(static message => ContextOf(message) == "s-1");
        var ids = new List<string>();
        for (int i = 0; i < 50; i++)
            ids.AddRange(await SaveAsync(sidecar.Sidecar, $$"""[{"text":"{{i}} a","session":"s-1"},{"text":"{{i}} b","session":"s-1"}]"""));
        await HearAsync(inbox, messages => messages.Count(static message => ContextOf(message) == "s-1") >= ids.Count);
        DaprdMessage[] heard = [.. inbox.Messages.Where(static message => ContextOf(message) == "s-1")];
        Assert.Equal(0, before);
        Assert.Equal(ids, heard.Select(IdOf));
        Assert.All(heard, static message => Assert.Equal(("memory.write", "application/cloudevents+json"), (message.Topic, message.ContentType)));
        JsonElement envelope = Envelope(heard[0]);
        Assert.Equal(("1.0", ids[0], "thermocline", "memory.write", "s-1"), (Text("specversion"), Text("id"), Text("source"), Text("type"), Text("partitionkey")));
        Assert.Equal(Text("time"), envelope.GetProperty("data").GetProperty("timestamp").GetString());
        JsonElement status = (await sidecar.Sidecar.StatusAsync()).GetProperty("events");
        Assert.Contains("memory.write", status.GetProperty("topics").EnumerateArray().Select(static topic => topic.GetProperty("name").GetString()));

        string? Text(string name) => envelope.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Reads_are_told_with_how_often_and_when()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync(yaml: Both);
        DaprdPubSub broker = await sidecar.OpenAsync();
        var inbox = new Inbox();
        await using DaprdSubscription subscription = await broker.SubscribeAsync("memory.access", null, inbox.TakeAsync, Cancellation);
        string id = Assert.Single(await SaveAsync(sidecar.Sidecar, """[{"text":"the quick brown fox","session":"s-1"}]"""));
        string other = Assert.Single(await SaveAsync(sidecar.Sidecar, """[{"text":"lazy dogs"}]"""));
        // Read until it is heard of: a group that is new hears what is told from then on.
        while (!inbox.Messages.Any(message => IdOf(message) == id))
            await ReadAsync(sidecar.Sidecar, id);
        JsonElement access = Payload(inbox.Messages.First(message => IdOf(message) == id));
        Assert.Equal(["memory_id", "access_count", "last_access"], access.EnumerateObject().Select(static each => each.Name));
        Assert.True(access.GetProperty("access_count").GetInt64() >= 1);
        Assert.True(access.GetProperty("last_access").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        Assert.Equal("s-1", ContextOf(inbox.Messages.First(message => IdOf(message) == id)));

        // What a search shows is read too.
        using HttpResponseMessage found = await sidecar.Sidecar.PostJsonAsync("/v1/memories:search", """{"query":"lazy"}""");
        Assert.Contains(other, await found.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        await HearAsync(inbox, messages => messages.Any(message => IdOf(message) == other));
    }

    [Fact]
    public async Task What_was_saved_without_a_bus_to_take_it_is_told_by_the_next_process()
    {
        using var folder = new TempFolder();
        string id;
        var inbox = new Inbox();
        await using (BrokerSidecar first = await BrokerSidecar.StartAsync(folder.Path, Both))
        {
            DaprdPubSub broker = await first.OpenAsync();
            await using DaprdSubscription subscription = await broker.SubscribeAsync("memory.write", null, inbox.TakeAsync, Cancellation);
            await GreetAsync(first.Sidecar, inbox);
            // The group has no member from here on, and what is told waits for it.
        }

        await using (RunningSidecar alone = await RunningSidecar.StartAsync(Both, folder.Path))
            id = Assert.Single(await SaveAsync(alone, """[{"text":"saved while nobody listened","session":"s-2"}]"""));
        await using BrokerSidecar second = await BrokerSidecar.StartAsync(folder.Path, Both);
        DaprdPubSub again = await second.OpenAsync();
        await using DaprdSubscription next = await again.SubscribeAsync("memory.write", null, inbox.TakeAsync, Cancellation);
        await HearAsync(inbox, messages => messages.Any(message => IdOf(message) == id));
    }

    [Fact]
    public async Task Nobody_else_publishes_what_the_sidecar_does()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync(yaml: Both);
        DaprdPubSub broker = await sidecar.OpenAsync();
        DaprdException refused = await Assert.ThrowsAsync<DaprdException>(() =>
            broker.PublishAsync("memory.write", "{}"u8.ToArray(), null, Cancellation));
        Assert.Contains("events.publish", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unless_it_is_told_so_nothing_is_published_and_the_names_are_free()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync();
        DaprdPubSub broker = await sidecar.OpenAsync();
        await broker.PublishAsync("memory.write", "{}"u8.ToArray(), null, Cancellation);
        await SaveAsync(sidecar.Sidecar, """[{"text":"a"}]""");
        JsonElement topics = (await sidecar.Sidecar.StatusAsync()).GetProperty("events").GetProperty("topics");
        Assert.Equal(["events/memory.write"], topics.EnumerateArray().Select(static topic => topic.GetProperty("name").GetString()));
        Assert.Equal(1, topics[0].GetProperty("published").GetInt64());
    }

    // Saves until one is heard of: a group that is new hears what is told from then on.
    private static async Task GreetAsync(RunningSidecar sidecar, Inbox inbox)
    {
        while (inbox.Messages.Count == 0)
            await SaveAsync(sidecar, """[{"text":"hello"}]""");
    }

    private static async Task HearAsync(Inbox inbox, Func<IReadOnlyList<DaprdMessage>, bool> isEnough)
    {
        while (inbox.Messages is var heard && !isEnough(heard))
            await inbox.WaitAsync(heard.Count + 1);
    }

    private static async Task<IReadOnlyList<string>> SaveAsync(RunningSidecar sidecar, string json)
    {
        using HttpResponseMessage answer = await sidecar.PostJsonAsync("/v1/memories", json);
        Assert.Equal(201, (int)answer.StatusCode);
        using JsonDocument saved = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return [.. saved.RootElement.EnumerateArray().Select(static each => each.GetProperty("id").GetString()!)];
    }

    private static async Task ReadAsync(RunningSidecar sidecar, string id)
    {
        using HttpResponseMessage answer = await sidecar.GetAsync($"/v1/memories/{id}");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static JsonElement Envelope(DaprdMessage message)
    {
        using JsonDocument envelope = JsonDocument.Parse(Encoding.UTF8.GetString(message.Content));
        return envelope.RootElement.Clone();
    }

    private static JsonElement Payload(DaprdMessage message) => Envelope(message).GetProperty("data");

    private static string IdOf(DaprdMessage message) => Payload(message).GetProperty("memory_id").GetString()!;

    private static string ContextOf(DaprdMessage message) => message.Metadata.GetValueOrDefault("partitionKey", "");
}
