using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dapr;

/// <summary>The published program is killed while memories are saved, and what it tells of them is not lost.</summary>
public sealed class MemoryEventsProcessTests : IDisposable
{
    private readonly ConcurrentQueue<(string Session, string Id)> _heard = new();
    private readonly HttpClient _client = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Whatever_memory_was_saved_is_told_in_the_order_of_its_session_when_the_sidecar_is_killed()
    {
        await using MortalSidecar sidecar = await MortalSidecar.StartAsync(more: "events: {publish: [memory.write]}");
        using Daprd daprd = await Daprd.StartAsync(sidecar.Sockets, "planner", Cancellation);
        DaprdPubSub broker = await daprd.OpenPubSubAsync(
            new DaprdComponent("events", "pubsub.thermocline") { Resiliency = MortalSidecar.Patient }, Cancellation);
        await using var subscription = new StandingSubscription(broker, "memory.write", message => TakeAsync(message, sidecar));
        // A group that is new hears of what is saved from then on: no save counts before something was heard.
        while (_heard.IsEmpty)
            await SaveAsync("hello", sidecar);
        using var stop = new CancellationTokenSource();
        Task<List<string>>[] savers = [.. Enumerable.Range(0, 3).Select(saver => SaveAllAsync($"s-{saver}", sidecar, stop.Token))];
        for (int kill = 0; kill < MortalSidecar.Kills; kill++)
        {
            await sidecar.StepsAsync(MortalSidecar.StepsBetween, [subscription.Pulling, .. savers]);
            await sidecar.KillAsync();
        }

        await stop.CancelAsync();
        List<string>[] saved = await Task.WhenAll(savers);
        while (saved.Any(ids => !_heard.Any(each => each.Id == ids[^1])))
            await sidecar.StepsAsync(1, subscription.Pulling);
        for (int saver = 0; saver < savers.Length; saver++)
        {
            // A save that was cut off may have taken place; what was acknowledged has.
            string[] told = [.. _heard.Where(each => each.Session == $"s-{saver}").Select(static each => each.Id).Distinct()];
            Assert.Equal(saved[saver], told.Where(saved[saver].Contains));
        }
    }

    private Task TakeAsync(DaprdMessage message, MortalSidecar sidecar)
    {
        using JsonDocument envelope = JsonDocument.Parse(message.Content);
        _heard.Enqueue((message.Metadata.GetValueOrDefault("partitionKey", ""), envelope.RootElement.GetProperty("data").GetProperty("memory_id").GetString()!));
        sidecar.Step();
        return Task.CompletedTask;
    }

    private async Task<List<string>> SaveAllAsync(string session, MortalSidecar sidecar, CancellationToken stop)
    {
        var saved = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            if (await SaveAsync(session, sidecar) is { } id)
                saved.Add(id);
        }

        return saved;
    }

    /// <summary>Saves a memory; null when the sidecar was away.</summary>
    private async Task<string?> SaveAsync(string session, MortalSidecar sidecar)
    {
        try
        {
            using var content = new StringContent($$"""{"text":"something","session":"{{session}}"}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _client.PostAsync(new Uri(sidecar.Address, "/v1/memories"), content, Cancellation);
            using JsonDocument saved = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
            return answer.IsSuccessStatusCode ? saved.RootElement.GetProperty("id").GetString() : null;
        }
        catch (Exception away) when (away is HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }
}
