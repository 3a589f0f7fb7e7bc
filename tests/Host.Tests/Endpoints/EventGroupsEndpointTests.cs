using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Thermocline.Host.Tests.Dapr;
using Thermocline.Host.Tests.Fixture;
using Thermocline.Sidecar.Http;
using Thermocline.Testing;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.Host.Tests.Endpoints;

/// <summary>A group that is gone is forgotten on request, and no other.</summary>
public sealed class EventGroupsEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_without_members_is_forgotten_and_its_topic_takes_events_again()
    {
        await using BrokerSidecar sidecar = await BrokerSidecar.StartAsync(yaml: "events: {backlogMax: 5, publishWaitMs: 0}");
        DaprdPubSub broker = await sidecar.OpenAsync("events", ("consumerID", "a b"));
        var inbox = new Inbox();
        await using (DaprdSubscription subscription = await broker.SubscribeAsync("orders/ü", null, inbox.TakeAsync, Cancellation))
        {
            // Five greetings may wait before the first is heard.
            await Eventually.IsAsync(
                async () =>
                {
                    await PublishAsync(broker, Inbox.Greeting);
                    return inbox.IsGreeted;
                },
                Cancellation);
            using HttpResponseMessage used = await RemoveAsync(sidecar.Sidecar, "events/orders/ü", "a b");
            await used.AssertProblemAsync(409, ProblemCode.GroupInUse);
        }

        // The stream's end reaches the sidecar a moment later.
        while (await PublishAsync(broker))
        {
        }

        while ((await StatusOfGroupsAsync(sidecar.Sidecar)).GetArrayLength() > 0)
        {
            using HttpResponseMessage answer = await RemoveAsync(sidecar.Sidecar, "events/orders/ü", "a b");
            Assert.True((int)answer.StatusCode is 204 or 409, $"{answer.StatusCode}");
        }

        Assert.True(await PublishAsync(broker));
        using HttpResponseMessage again = await RemoveAsync(sidecar.Sidecar, "events/orders/ü", "a b");
        await again.AssertProblemAsync(404, ProblemCode.GroupAbsent);
    }

    [Theory]
    [InlineData("?topic=t&group=g", 404, ProblemCode.GroupAbsent)]
    [InlineData("", 400, ProblemCode.ParameterInvalid)]
    [InlineData("?topic=t", 400, ProblemCode.ParameterInvalid)]
    [InlineData("?topic=&group=g", 400, ProblemCode.ParameterInvalid)]
    [InlineData("?topic=t&group=g&force=true", 400, ProblemCode.ParameterInvalid)]
    [InlineData("?topic=%FF&group=g", 400, ProblemCode.ParameterInvalid)]
    public async Task What_is_no_group_is_said_so(string query, int status, string code)
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage answer = await RemoveAsync(sidecar, query);
        await answer.AssertProblemAsync(status, code);
    }

    [Fact]
    public async Task Without_the_token_nobody_forgets_anything()
    {
        await using RunningSidecar sidecar = await RunningSidecar.StartAsync();
        using HttpResponseMessage answer = await sidecar.AdminClient.DeleteAsync(
            new Uri("/v1/admin/events/groups?topic=t&group=g", UriKind.Relative), Cancellation);
        await answer.AssertProblemAsync(401, ProblemCode.TokenRequired);
    }

    private static async Task<bool> PublishAsync(DaprdPubSub broker, string text = "something")
    {
        try
        {
            await broker.PublishAsync("orders/ü", Encoding.UTF8.GetBytes(text), null, Cancellation);
            return true;
        }
        catch (Thermocline.Testing.Dapr.DaprdException)
        {
            return false;
        }
    }

    private static async Task<JsonElement> StatusOfGroupsAsync(RunningSidecar sidecar) => (await sidecar.StatusAsync())
        .GetProperty("events").GetProperty("topics").EnumerateArray()
        .Single(static topic => topic.GetProperty("name").GetString() == "events/orders/ü").GetProperty("groups");

    private static Task<HttpResponseMessage> RemoveAsync(RunningSidecar sidecar, string topic, string group) =>
        RemoveAsync(sidecar, $"?topic={Uri.EscapeDataString(topic)}&group={Uri.EscapeDataString(group)}");

    private static async Task<HttpResponseMessage> RemoveAsync(RunningSidecar sidecar, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri($"/v1/admin/events/groups{query}", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sidecar.Token);
        return await sidecar.AdminClient.SendAsync(request, Cancellation);
    }
}
