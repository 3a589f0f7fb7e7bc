using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Hosting;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

/// <summary>The routes by which Dapr delivers. No Dapr is there: nothing here asks it for anything.</summary>
public sealed class DaprEndpointsTests : IDisposable
{
    private const string Events = "events: {engine: dapr, dapr: {pubsub: broker, topics: [orders, größe/1]}}\n";
    private const string Fine = """{"specversion":"1.0","id":"a","source":"s","type":"t","data":1}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Dapr_is_told_the_topics_and_its_deliveries_are_answered_in_its_words()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Events);
        using HttpResponseMessage topics = await sidecar.GetAsync("/dapr/subscribe");
        Assert.Equal((200, "application/json"), ((int)topics.StatusCode, topics.Content.Headers.ContentType!.MediaType));
        JsonElement told = JsonDocument.Parse(await TextAsync(topics)).RootElement;
        Assert.Equal(["orders", "größe/1"], told.EnumerateArray().Select(each => each.GetProperty("topic").GetString()));
        foreach (JsonElement each in told.EnumerateArray())
            Assert.Equal((200, """{"status":"SUCCESS"}"""), await DeliverAsync(sidecar, each.GetProperty("route").GetString()!, Fine));
        Assert.Equal((200, """{"status":"SUCCESS"}"""), await DeliverAsync(sidecar, "/dapr/events/gr%c3%b6%c3%9fe/1?x=y", Fine));
        Assert.Equal((200, """{"statuses":[{"entryId":"1","status":"SUCCESS"},{"entryId":"2","status":"DROP"}]}"""),
            await DeliverAsync(sidecar, "/dapr/events/orders", $$"""{"entries":[{"entryId":"1","event":{{Fine}}},{"entryId":"2","event":"x"}]}"""));
        Assert.Equal((200, """{"status":"DROP"}"""), await DeliverAsync(sidecar, "/dapr/events/orders", "{broken"));
        Assert.Equal((200, """{"status":"DROP"}"""), await DeliverAsync(sidecar, "/dapr/events/orders", ""));
    }

    [Fact]
    public async Task What_cannot_be_taken_is_never_answered_404_which_would_lose_it()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Events + "budget: {limit: 128Mi}");
        string[] unknown = ["/dapr/events/other", "/dapr/events/", "/dapr/events/%ff", "/dapr/events/orders/"];
        foreach (string route in unknown)
        {
            (int status, string text) = await DeliverAsync(sidecar, route, Fine);
            Assert.Equal((503, "topic-unavailable"), (status, CodeIn(text)));
        }

        (int large, string problem) = await DeliverAsync(sidecar, "/dapr/events/orders", new string('x', 9 << 20));
        Assert.Equal((413, "body-too-large"), (large, CodeIn(problem)));
    }

    [Fact]
    public async Task While_memory_runs_short_deliveries_are_put_off_before_they_are_read()
    {
        long used = 0;
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(
            Events + "budget: {limit: 100Mi, intervalSeconds: 3600}",
            sense: ledger => Setups.Roomy(ledger) with { Resident = Interlocked.Read(ref used), Anonymous = Interlocked.Read(ref used) });
        Assert.Equal(200, (await DeliverAsync(sidecar, "/dapr/events/orders", Fine)).Status);
        Interlocked.Exchange(ref used, 100L << 20);
        for (int look = 0; look < 20; look++)
            sidecar.Host.LookAtMemory();
        (int status, string text) = await DeliverAsync(sidecar, "/dapr/events/orders", Fine);
        Assert.Equal((429, "memory-pressure"), (status, CodeIn(text)));
        Interlocked.Exchange(ref used, 50L << 20);
        for (int look = 0; look < 20; look++)
            sidecar.Host.LookAtMemory();
        Assert.Equal(200, (await DeliverAsync(sidecar, "/dapr/events/orders", Fine)).Status);
    }

    [Fact]
    public async Task Without_the_token_of_Dapr_nothing_is_told_and_nothing_taken()
    {
        string file = _folder.Combine("token");
        File.WriteAllText(file, "app-1\n");
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Events + $"dapr: {{appTokenFile: {file}}}");
        (string Name, string Value)[][] wrong = [[], [("dapr-api-token", "app-2")], [("dapr-api-token", "")], [("Authorization", "Bearer app-1")]];
        foreach ((string Name, string Value)[] headers in wrong)
        {
            (int status, string text) = await DeliverAsync(sidecar, "/dapr/events/orders", Fine, headers);
            Assert.Equal((401, "token-required"), (status, CodeIn(text)));
            using HttpResponseMessage topics = await sidecar.GetAsync("/dapr/subscribe", headers);
            Assert.Equal(401, (int)topics.StatusCode);
        }

        Assert.Equal((200, """{"status":"SUCCESS"}"""), await DeliverAsync(sidecar, "/dapr/events/orders", Fine, ("dapr-api-token", "app-1")));
        Assert.Equal(1, (await sidecar.StatusAsync()).GetProperty("events").GetProperty("topics").EnumerateArray()
            .Single(topic => topic.GetProperty("name").GetString() == "orders").GetProperty("published").GetInt32());
    }

    [Fact]
    public async Task Whoever_has_no_token_is_refused_before_a_body_is_read()
    {
        string file = _folder.Combine("token");
        File.WriteAllText(file, "app-1\n");
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Events + $"dapr: {{appTokenFile: {file}}}");
        using RawConnection connection = await sidecar.ConnectAsync();
        await connection.SendAsync("POST /dapr/events/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401", await connection.ReadUntilAsync("token-required"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_routes_are_there_for_this_engine_alone_and_on_the_data_listener_alone()
    {
        await using RunningSidecar without = await RunningSidecar.StartAsync();
        using HttpResponseMessage none = await without.GetAsync("/dapr/subscribe");
        Assert.Equal(404, (int)none.StatusCode);
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync(Events);
        using HttpResponseMessage admin = await sidecar.AdminClient.GetAsync(
            new Uri("/dapr/subscribe", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)admin.StatusCode);
        using HttpResponseMessage ready = await sidecar.AdminClient.GetAsync(
            new Uri("/healthz/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)ready.StatusCode);
    }

    [Theory]
    [InlineData("apiTokenFile")]
    [InlineData("appTokenFile")]
    public async Task A_token_file_that_is_not_there_is_named_at_the_start(string setting)
    {
        string data = _folder.Combine("data");
        SidecarSetup setup = Setups.Of(
            $"{Events}data: {{path: {data}}}\nlisten: {{data: '127.0.0.1:0', admin: '127.0.0.1:0'}}\ndapr: {{{setting}: {_folder.Combine("absent")}}}");
        HostingException refused = await Assert.ThrowsAsync<HostingException>(() => SidecarHost.StartAsync(setup));
        Assert.Contains($"dapr.{setting}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("absent", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Text)> DeliverAsync(
        RunningSidecar sidecar, string route, string body, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json");
        using HttpResponseMessage answer = await sidecar.SendAsync(HttpMethod.Post, route, content, headers);
        return ((int)answer.StatusCode, await TextAsync(answer));
    }

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private static string? CodeIn(string problem) => JsonDocument.Parse(problem).RootElement.GetProperty("code").GetString();
}
