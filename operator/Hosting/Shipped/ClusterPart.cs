using System.Security.Cryptography;
using Thermocline.Contract.Status;
using Thermocline.Operator.Api;
using Thermocline.Operator.Apply;
using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Cluster.Sidecars;
using Thermocline.Operator.Cluster.Watching;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Observe.Gathering;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Reconciling;

namespace Thermocline.Operator.Hosting.Shipped;

/// <summary>Looks after MemoryClusters while this process leads.</summary>
internal static class ClusterPart
{
    private const string Controller = "memorycluster";
    private const string Reporter = "thermocline.dev/operator";
    private const int Workers = 4;
    private const int TokenBytes = 32;

    // How long it may take to notice that Dapr was installed.
    private static readonly TimeSpan ServedKept = TimeSpan.FromMinutes(1);

    // One call of a drain; until the deadline it is made again and again.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(20);

    public static OperatorParts Of(OperatorSurroundings around, PlanOptions plan)
    {
        ClusterClient client = around.Client;
        var index = new ClusterIndex();
        var sidecars = new SidecarClient(new SidecarClientOptions(), around.Time);
        var rounds = new ClusterRounds(
            new Observer(client, index, new ServedLook(client, ServedKept, around.Time), ReportAsync(sidecars)),
            new Applier(client, EventsOf(around), DrainAsync(sidecars), NewToken, around.Time),
            plan, around.Chance, around.Time);
        return Of(around, rounds, index);
    }

    /// <summary>The watches, with the rounds that they bring about.</summary>
    public static OperatorParts Of(OperatorSurroundings around, ClusterRounds rounds, ClusterIndex index)
    {
        ClusterClient client = around.Client;
        return new ControllerPart<MemoryCluster>(
            around, Controller, MemoryClusters.Resource, new MemoryClusterController(rounds, index),
            new ControllerOptions<MemoryCluster>
            {
                Workers = Workers,
                Finalizers = [new NamedFinalizer<MemoryCluster>(Names.Finalizer, new DrainFinalizer(rounds))],
            })
        {
            // All are known before the first round: a pod that two of them select must not be given to whichever comes first.
            Before = async (scope, cancellation) =>
            {
                foreach (MemoryCluster cluster in (await client.ListAsync(MemoryClusters.Resource, scope, cancellation)).Items)
                    index.Put(cluster);
            },
            Beside = (scope, queue, cancellation) => new PodRouter(
                new Watcher<PartialObject>(
                    client, Resources.MetadataOf(Resources.Pods), scope, new WatcherOptions { Randomizer = around.Chance }, around.Time),
                index, rounds, queue).RunAsync(cancellation),
        }.Parts;
    }

    /// <summary>Leaves events in the name of this process.</summary>
    public static EventPublisher EventsOf(OperatorSurroundings around) =>
        new(around.Client, Reporter, around.Options.Instance, around.Time);

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));

    private static Func<IReadOnlyList<PodView>, string, CancellationToken, Task<IReadOnlyList<SidecarReport>>> ReportAsync(SidecarClient sidecars) =>
        async (pods, token, cancellation) =>
        {
            IReadOnlyList<SidecarAnswer<SidecarStatus>> answers = await sidecars.StatusAsync(Targets(pods, token), cancellation);
            return [.. pods.Zip(answers, static (pod, said) => new SidecarReport(pod.Uid, said.Answer, said.Failure))];
        };

    private static Func<IReadOnlyList<PodView>, string, CancellationToken, Task<IReadOnlyList<DrainAnswer>>> DrainAsync(SidecarClient sidecars) =>
        async (pods, token, cancellation) =>
        {
            IReadOnlyList<SidecarAnswer<DrainReport>> answers = await sidecars.DrainAsync(Targets(pods, token), DrainLimit, cancellation);
            return [.. pods.Zip(answers, static (pod, said) => new DrainAnswer(pod.Uid, said.IsDone, said.Failure))];
        };

    private static SidecarTarget[] Targets(IReadOnlyList<PodView> pods, string token) =>
        [.. pods.Select(pod => new SidecarTarget(new EntityKey(pod.Namespace, pod.Name), pod.Ip ?? "", token))];
}
