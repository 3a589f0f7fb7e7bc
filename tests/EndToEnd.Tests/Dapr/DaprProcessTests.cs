using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Dapr.State;
using Thermocline.Testing.Processes;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dapr;

/// <summary>
/// The published program and a daprd that found it once: the sidecar is killed in the middle of traffic and comes back, and daprd, which
/// says nothing of settings again, goes on.
/// </summary>
public sealed class DaprProcessTests : IDisposable
{
    private const int Kills = 4;

    // What is done between two kills.
    private const int StepsBetween = 60;

    private static readonly DaprdResiliency Patient = new(2_000, TimeSpan.FromMilliseconds(20));

    private readonly TempFolder _folder = new();
    private readonly SemaphoreSlim _steps = new(0);
    private Uri? _address;

    // What the configuration says after the folder of sockets, within the section and behind it.
    private string _more = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Sockets => _folder.Combine("s");

    public void Dispose()
    {
        _folder.Dispose();
        _steps.Dispose();
    }

    [Fact]
    public async Task A_foreign_client_finds_every_case_of_the_conformance_suite_to_hold()
    {
        Required.That(NodeClient.FindPackages() is not null, NodeClient.Missing);
        await using SidecarProcess sidecar = await StartAsync();
        (int code, string output) = await NodeClient.RunConformanceAsync(Path.Combine(Sockets, "thermocline.sock"), "agents", Cancellation);
        TestContext.Current.TestOutputHelper!.WriteLine(output);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task No_acknowledged_state_is_lost_and_no_transaction_is_done_by_half_when_the_sidecar_is_killed()
    {
        SidecarProcess sidecar = await StartAsync();
        try
        {
            using Daprd daprd = await Daprd.StartAsync(Sockets, "planner", Cancellation);
            DaprdStateStore store = await daprd.OpenStateStoreAsync(
                new DaprdComponent("agents", "state.thermocline") { Resiliency = Patient }, Cancellation);
            using var stop = new CancellationTokenSource();
            Task<int>[] writers = [.. Enumerable.Range(0, 4).Select(writer => WriteAsync(store, writer, stop.Token))];
            for (int kill = 0; kill < Kills; kill++)
            {
                await StepsAsync(StepsBetween);
                await sidecar.KillAsync(Cancellation);
                await sidecar.DisposeAsync();
                sidecar = await StartAsync();
            }

            await stop.CancelAsync();
            int[] rounds = await Task.WhenAll(writers);
            Assert.True(rounds.Sum() > Kills * StepsBetween);
            for (int writer = 0; writer < writers.Length; writer++)
            {
                IReadOnlyList<StateAnswer> pair = await store.BulkGetAsync([$"{writer}-a", $"{writer}-b"], Cancellation);
                Assert.Equal([$"{rounds[writer]}", $"{rounds[writer]}"], pair.Select(answer => Encoding.UTF8.GetString(answer.Value)));
            }
        }
        finally
        {
            await sidecar.DisposeAsync();
        }
    }

    [Fact]
    public async Task No_published_message_is_lost_and_contexts_stay_in_order_when_the_sidecar_is_killed()
    {
        const int Contexts = 5, Each = 200;
        SidecarProcess sidecar = await StartAsync();
        try
        {
            using Daprd daprd = await Daprd.StartAsync(Sockets, "planner", Cancellation);
            DaprdPubSub broker = await daprd.OpenPubSubAsync(
                new DaprdComponent("events", "pubsub.thermocline") { Resiliency = Patient, Metadata = new Dictionary<string, string> { ["consumerID"] = "planner" } },
                Cancellation);
            var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
            using var end = new CancellationTokenSource();
            // An application's daprd subscribes again when it starts anew; this one stands for that.
            Task pulling = PullAsync(broker, seen, end.Token);
            while (!seen.ContainsKey(""))
                await broker.PublishAsync("orders", " -1"u8.ToArray(), null, Cancellation);
            Task publishing = Task.WhenAll(Enumerable.Range(0, Contexts).Select(context => PublishAsync(broker, $"{context}", Each)));
            for (int kill = 0; kill < Kills; kill++)
            {
                await StepsAsync(StepsBetween);
                await sidecar.KillAsync(Cancellation);
                await sidecar.DisposeAsync();
                sidecar = await StartAsync();
            }

            await publishing;
            // Whatever is published last is heard of last, in each context.
            while (Enumerable.Range(0, Contexts).Any(context => seen.GetValueOrDefault($"{context}")?.Contains(Each - 1) != true))
                await StepsAsync(1);
            await end.CancelAsync();
            await pulling;
            for (int context = 0; context < Contexts; context++)
                AssertAtLeastOnceInOrder([.. seen[$"{context}"]], Each);
        }
        finally
        {
            await sidecar.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Nothing_published_to_or_delivered_by_a_broker_of_Daprs_is_lost_when_the_sidecar_is_killed(int bulk)
    {
        const int Contexts = 4, Each = 120;
        using var broker = new DaprStandIn("broker") { BulkMax = bulk, RetriesMax = int.MaxValue, RetryDelay = TimeSpan.FromMilliseconds(20) };
        _more = $", endpoint: '{broker.Address}'}}\nevents: {{engine: dapr, dapr: {{pubsub: broker, topics: [orders]}}";
        SidecarProcess sidecar = await StartAsync();
        try
        {
            await broker.ConnectAsync(_address!, Cancellation);
            using Daprd daprd = await Daprd.StartAsync(Sockets, "planner", Cancellation);
            DaprdPubSub ours = await daprd.OpenPubSubAsync(
                new DaprdComponent("events", "pubsub.thermocline") { Resiliency = Patient }, Cancellation);
            var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
            using var end = new CancellationTokenSource();
            Task pulling = PullAsync(ours, seen, end.Token);
            // Half of the contexts are published by the application, half by others elsewhere.
            for (int number = 0; number < Contexts / 2 * Each; number++)
            {
                (string context, int place) = ($"{(Contexts / 2) + (number % (Contexts / 2))}", number / (Contexts / 2));
                broker.Offer("orders", new JsonObject
                {
                    ["id"] = $"{context}-{place}",
                    ["type"] = "thermocline.event",
                    ["tccontext"] = context,
                    ["data"] = $"{context} {place}",
                });
            }

            Task publishing = Task.WhenAll(Enumerable.Range(0, Contexts / 2).Select(context => PublishAsync(ours, $"{context}", Each)));
            for (int kill = 0; kill < Kills; kill++)
            {
                await StepsAsync(StepsBetween);
                await sidecar.KillAsync(Cancellation);
                await sidecar.DisposeAsync();
                sidecar = await StartAsync();
                broker.Move(_address!);
            }

            await publishing;
            while (Enumerable.Range(0, Contexts).Any(context => seen.GetValueOrDefault($"{context}")?.Contains(Each - 1) != true))
                await StepsAsync(1);
            await end.CancelAsync();
            await pulling;
            for (int context = 0; context < Contexts; context++)
                AssertAtLeastOnceInOrder([.. seen[$"{context}"]], Each);
        }
        finally
        {
            await sidecar.DisposeAsync();
        }
    }

    /// <summary>Every number came, and each for the first time only after all before it.</summary>
    private static void AssertAtLeastOnceInOrder(int[] came, int count) => Assert.Equal(Enumerable.Range(0, count), came.Distinct());

    private async Task<int> WriteAsync(DaprdStateStore store, int writer, CancellationToken stop)
    {
        int round = 0;
        while (!stop.IsCancellationRequested)
        {
            round++;
            byte[] value = Encoding.UTF8.GetBytes($"{round}");
            await store.TransactAsync(
                [
                    new StateOperation(new StateItem($"{writer}-a", value), IsDelete: false),
                    new StateOperation(new StateItem($"{writer}-b", value), IsDelete: false),
                ],
                Cancellation);
            Assert.Equal(value, (await store.GetAsync($"{writer}-b", Cancellation)).Value);
            _steps.Release();
        }

        return round;
    }

    private static async Task PublishAsync(DaprdPubSub broker, string context, int count)
    {
        var metadata = new Dictionary<string, string> { ["partitionKey"] = context };
        for (int number = 0; number < count; number++)
            await broker.PublishAsync("orders", Encoding.UTF8.GetBytes($"{context} {number}"), metadata, Cancellation);
    }

    private async Task PullAsync(DaprdPubSub broker, ConcurrentDictionary<string, ConcurrentQueue<int>> seen, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await broker.PingAsync(end);
                await using DaprdSubscription subscription = await broker.SubscribeAsync("orders", null, message =>
                {
                    string[] parts = Encoding.UTF8.GetString(message.Content).Split(' ');
                    seen.GetOrAdd(parts[0], static _ => new()).Enqueue(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
                    _steps.Release();
                    return Task.CompletedTask;
                }, Cancellation);
                await subscription.Ended.WaitAsync(end);
            }
            catch (Exception failure) when (failure is DaprdException or OperationCanceledException)
            {
                // The sidecar is away, or the test is over.
            }
        }
    }

    private async Task StepsAsync(int count)
    {
        for (int i = 0; i < count; i++)
            Assert.True(await _steps.WaitAsync(TimeSpan.FromSeconds(60), Cancellation), "Nothing happened for a minute.");
    }

    private async Task<SidecarProcess> StartAsync()
    {
        File.WriteAllText(_folder.Combine("thermocline.yaml"), $"dapr: {{socketFolder: {Sockets}{_more}}}\n");
        SidecarProcess sidecar = SidecarProcess.Serve(SidecarProgram.Need(), _folder.Combine("d"), "--config", _folder.Combine("thermocline.yaml"));
        _address = await sidecar.ReadyAsync(Cancellation);
        Assert.True(_address is not null, $"The sidecar did not start:\n{sidecar.Output}");
        return sidecar;
    }
}
