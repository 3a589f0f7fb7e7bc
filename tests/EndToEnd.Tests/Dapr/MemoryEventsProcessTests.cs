using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dapr;

/// <summary>The published program is killed while memories are saved, and what it tells of them is not lost.</summary>
public sealed class MemoryEventsProcessTests : IDisposable
{
    private const int Kills = 4;

    // What is heard of between two kills.
    private const int HeardBetween = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly SemaphoreSlim _arrivals = new(0);
    private readonly ConcurrentQueue<(string Session, string Id)> _heard = new();
    private readonly HttpClient _client = new();
    private Uri? _address;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _arrivals.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Whatever_memory_was_saved_is_told_in_the_order_of_its_session_when_the_sidecar_is_killed()
    {
        SidecarProcess sidecar = await StartAsync();
        try
        {
            using Daprd daprd = await Daprd.StartAsync(_folder.Combine("s"), "planner", Cancellation);
            DaprdPubSub broker = await daprd.OpenPubSubAsync(
                new DaprdComponent("events", "pubsub.thermocline") { Resiliency = new DaprdResiliency(2_000, TimeSpan.FromMilliseconds(20)) }, Cancellation);
            using var end = new CancellationTokenSource();
            Task pulling = PullAsync(broker, end.Token);
            // A group that is new hears of what is saved from then on: no save counts before something was heard.
            while (_heard.IsEmpty)
                await SaveAsync("hello");
            using var stop = new CancellationTokenSource();
            Task<List<string>>[] savers = [.. Enumerable.Range(0, 3).Select(saver => SaveAllAsync($"s-{saver}", stop.Token))];
            for (int kill = 0; kill < Kills; kill++)
            {
                await HearAsync(pulling, HeardBetween);
                await sidecar.KillAsync(Cancellation);
                await sidecar.DisposeAsync();
                sidecar = await StartAsync();
            }

            await stop.CancelAsync();
            List<string>[] saved = await Task.WhenAll(savers);
            while (saved.Any(ids => !_heard.Any(each => each.Id == ids[^1])))
                await HearAsync(pulling, 1);
            await end.CancelAsync();
            await pulling;
            for (int saver = 0; saver < savers.Length; saver++)
            {
                // A save that was cut off may have taken place; what was acknowledged has.
                string[] told = [.. _heard.Where(each => each.Session == $"s-{saver}").Select(static each => each.Id).Distinct()];
                Assert.Equal(saved[saver], told.Where(saved[saver].Contains));
            }
        }
        finally
        {
            await sidecar.DisposeAsync();
        }
    }

    // An application's daprd subscribes again when it starts anew; this one stands for that.
    private async Task PullAsync(DaprdPubSub broker, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await broker.PingAsync(end);
                await using DaprdSubscription subscription = await broker.SubscribeAsync("memory.write", null, TakeAsync, Cancellation);
                await subscription.Ended.WaitAsync(end);
            }
            catch (Exception failure) when (failure is DaprdException or OperationCanceledException)
            {
                // The sidecar is away, or the test is over.
            }
        }
    }

    private Task TakeAsync(DaprdMessage message)
    {
        using JsonDocument envelope = JsonDocument.Parse(message.Content);
        _heard.Enqueue((message.Metadata.GetValueOrDefault("partitionKey", ""), envelope.RootElement.GetProperty("data").GetProperty("memory_id").GetString()!));
        _arrivals.Release();
        return Task.CompletedTask;
    }

    private async Task<List<string>> SaveAllAsync(string session, CancellationToken stop)
    {
        var saved = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            if (await SaveAsync(session) is { } id)
                saved.Add(id);
        }

        return saved;
    }

    /// <summary>Saves a memory; null when the sidecar was away.</summary>
    private async Task<string?> SaveAsync(string session)
    {
        try
        {
            using var content = new StringContent($$"""{"text":"something","session":"{{session}}"}""", Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = await _client.PostAsync(new Uri(_address!, "/v1/memories"), content, Cancellation);
            using JsonDocument saved = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
            return answer.IsSuccessStatusCode ? saved.RootElement.GetProperty("id").GetString() : null;
        }
        catch (Exception away) when (away is HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }

    private async Task HearAsync(Task pulling, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Task<bool> heard = _arrivals.WaitAsync(Patience, Cancellation);
            if (await Task.WhenAny(heard, pulling) == pulling)
                await pulling;
            Assert.True(await heard, "Nothing was heard for a minute.");
        }
    }

    private async Task<SidecarProcess> StartAsync()
    {
        File.WriteAllText(
            _folder.Combine("thermocline.yaml"), $"dapr: {{socketFolder: {_folder.Combine("s")}}}\nevents: {{publish: [memory.write]}}\n");
        SidecarProcess sidecar = SidecarProcess.Serve(SidecarProgram.Need(), _folder.Combine("d"), "--config", _folder.Combine("thermocline.yaml"));
        _address = await sidecar.ReadyAsync(Cancellation);
        Assert.True(_address is not null, $"The sidecar did not start:\n{sidecar.Output}");
        return sidecar;
    }
}
