using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Thermocline.Testing;
using Thermocline.Testing.Dapr;
using Thermocline.Testing.Dapr.PubSub;
using Thermocline.Testing.Dapr.State;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Dapr;

/// <summary>
/// The published program and a daprd that found it once: the sidecar is killed in the middle of traffic and comes back, and daprd, which
/// says nothing of settings again, goes on.
/// </summary>
public sealed class DaprProcessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_foreign_client_finds_every_case_of_the_conformance_suite_to_hold()
    {
        Required.That(NodeClient.FindPackages() is not null, NodeClient.Missing);
        await using MortalSidecar sidecar = await MortalSidecar.StartAsync();
        (int code, string output) = await NodeClient.RunConformanceAsync(Path.Combine(sidecar.Sockets, "thermocline.sock"), "agents", Cancellation);
        TestContext.Current.TestOutputHelper!.WriteLine(output);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task No_acknowledged_state_is_lost_and_no_transaction_is_done_by_half_when_the_sidecar_is_killed()
    {
        await using MortalSidecar sidecar = await MortalSidecar.StartAsync();
        using Daprd daprd = await Daprd.StartAsync(sidecar.Sockets, "planner", Cancellation);
        DaprdStateStore store = await daprd.OpenStateStoreAsync(
            new DaprdComponent("agents", "state.thermocline") { Resiliency = MortalSidecar.Patient }, Cancellation);
        using var stop = new CancellationTokenSource();
        Task<int>[] writers = [.. Enumerable.Range(0, 4).Select(writer => WriteAsync(store, writer, sidecar, stop.Token))];
        for (int kill = 0; kill < MortalSidecar.Kills; kill++)
        {
            await sidecar.StepsAsync(MortalSidecar.StepsBetween, writers);
            await sidecar.KillAsync();
        }

        await stop.CancelAsync();
        int[] rounds = await Task.WhenAll(writers);
        Assert.True(rounds.Sum() > MortalSidecar.Kills * MortalSidecar.StepsBetween);
        for (int writer = 0; writer < writers.Length; writer++)
        {
            IReadOnlyList<StateAnswer> pair = await store.BulkGetAsync([$"{writer}-a", $"{writer}-b"], Cancellation);
            Assert.Equal([$"{rounds[writer]}", $"{rounds[writer]}"], pair.Select(answer => Encoding.UTF8.GetString(answer.Value)));
        }
    }

    [Fact]
    public async Task No_published_message_is_lost_and_contexts_stay_in_order_when_the_sidecar_is_killed()
    {
        const int Contexts = 5, Each = 200;
        await using MortalSidecar sidecar = await MortalSidecar.StartAsync();
        using Daprd daprd = await Daprd.StartAsync(sidecar.Sockets, "planner", Cancellation);
        DaprdPubSub broker = await daprd.OpenPubSubAsync(
            new DaprdComponent("events", "pubsub.thermocline") { Resiliency = MortalSidecar.Patient, Metadata = new Dictionary<string, string> { ["consumerID"] = "planner" } },
            Cancellation);
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        await using StandingSubscription subscription = Subscribe(broker, sidecar, seen);
        while (!seen.ContainsKey(""))
            await broker.PublishAsync("orders", " -1"u8.ToArray(), null, Cancellation);
        Task publishing = Task.WhenAll(Enumerable.Range(0, Contexts).Select(context => PublishAsync(broker, $"{context}", Each)));
        for (int kill = 0; kill < MortalSidecar.Kills; kill++)
        {
            await sidecar.StepsAsync(MortalSidecar.StepsBetween, subscription.Pulling, publishing);
            await sidecar.KillAsync();
        }

        await publishing;
        // Whatever is published last is heard of last, in each context.
        while (Enumerable.Range(0, Contexts).Any(context => seen.GetValueOrDefault($"{context}")?.Contains(Each - 1) != true))
            await sidecar.StepsAsync(1, subscription.Pulling);
        for (int context = 0; context < Contexts; context++)
            AssertAtLeastOnceInOrder([.. seen[$"{context}"]], Each);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Nothing_published_to_or_delivered_by_a_broker_of_Daprs_is_lost_when_the_sidecar_is_killed(int bulk)
    {
        const int Contexts = 4, Each = 120;
        using var broker = new DaprStandIn("broker") { BulkMax = bulk, RetriesMax = int.MaxValue, RetryDelay = TimeSpan.FromMilliseconds(20) };
        await using MortalSidecar sidecar = await MortalSidecar.StartAsync(
            $", endpoint: '{broker.Address}'", "events: {engine: dapr, dapr: {pubsub: broker, topics: [orders]}}");
        await broker.ConnectAsync(sidecar.Address, Cancellation);
        using Daprd daprd = await Daprd.StartAsync(sidecar.Sockets, "planner", Cancellation);
        DaprdPubSub ours = await daprd.OpenPubSubAsync(
            new DaprdComponent("events", "pubsub.thermocline") { Resiliency = MortalSidecar.Patient }, Cancellation);
        var seen = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        await using StandingSubscription subscription = Subscribe(ours, sidecar, seen);
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
        for (int kill = 0; kill < MortalSidecar.Kills; kill++)
        {
            await sidecar.StepsAsync(MortalSidecar.StepsBetween, subscription.Pulling, publishing);
            await sidecar.KillAsync();
            broker.Move(sidecar.Address);
        }

        await publishing;
        while (Enumerable.Range(0, Contexts).Any(context => seen.GetValueOrDefault($"{context}")?.Contains(Each - 1) != true))
            await sidecar.StepsAsync(1, subscription.Pulling);
        for (int context = 0; context < Contexts; context++)
            AssertAtLeastOnceInOrder([.. seen[$"{context}"]], Each);
    }

    /// <summary>Every number came, and each for the first time only after all before it.</summary>
    private static void AssertAtLeastOnceInOrder(int[] came, int count) => Assert.Equal(Enumerable.Range(0, count), came.Distinct());

    private static async Task<int> WriteAsync(DaprdStateStore store, int writer, MortalSidecar sidecar, CancellationToken stop)
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
            sidecar.Step();
        }

        return round;
    }

    private static async Task PublishAsync(DaprdPubSub broker, string context, int count)
    {
        var metadata = new Dictionary<string, string> { ["partitionKey"] = context };
        for (int number = 0; number < count; number++)
            await broker.PublishAsync("orders", Encoding.UTF8.GetBytes($"{context} {number}"), metadata, Cancellation);
    }

    private static StandingSubscription Subscribe(DaprdPubSub broker, MortalSidecar sidecar, ConcurrentDictionary<string, ConcurrentQueue<int>> seen) =>
        new(broker, "orders", message =>
        {
            string[] parts = Encoding.UTF8.GetString(message.Content).Split(' ');
            seen.GetOrAdd(parts[0], static _ => new()).Enqueue(int.Parse(parts[1], CultureInfo.InvariantCulture));
            sidecar.Step();
            return Task.CompletedTask;
        });
}
