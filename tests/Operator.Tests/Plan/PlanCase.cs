using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thermocline.Contract.Status;
using Thermocline.Operator.Api;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Tests.Api;
using Thermocline.Testing;

namespace Thermocline.Operator.Tests.Plan;

/// <summary>
/// A folder of tests/Golden/plans. <c>observed.yaml</c> says what there is: <c>spec</c> and <c>annotations</c> of the cluster, <c>history</c>
/// (specs that were accepted before, oldest first), <c>settled</c> (everything was as this cluster wants it half an hour ago),
/// <c>pods</c> with their <c>age</c> in minutes and the <c>report</c> of their sidecars, and <c>edits</c> somebody made to children since.
/// </summary>
internal sealed record PlanCase(string Name, JsonObject Given)
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static string Folder => Path.Combine(
        RepositoryRoot.Find() ?? throw new InvalidOperationException("The tests run outside the working copy."), "tests", "Golden", "plans");

    public static IEnumerable<string> Names => Directory.GetDirectories(Folder).Select(each => Path.GetFileName(each)!).Order(StringComparer.Ordinal);

    public PlanOptions Options => new() { OperatorNamespace = Text("operatorNamespace") ?? "thermocline-system" };

    public static PlanCase Read(string name) =>
        new(name, (JsonObject)JsonNode.Parse(YamlJson.Of(File.ReadAllText(Path.Combine(Folder, name, "observed.yaml"))).ToJsonString())!);

    public Observed Observed()
    {
        DateTimeOffset earlier = Now.AddMinutes(-30);
        Observed observed = Bare();
        foreach (JsonNode? spec in Given["history"] as JsonArray ?? [])
        {
            observed = observed with { Cluster = observed.Cluster with { Spec = Cluster(spec!).Spec } };
            observed = PlanWorld.Settle(observed, earlier = earlier.AddMinutes(1), Options);
        }

        observed = observed with { Cluster = Cluster(Given["spec"]!) with { Status = observed.Cluster.Status } };
        if (Is(Given, "settled"))
            observed = PlanWorld.Settle(observed, Given["settledAt"] is { } at ? Now.AddMinutes(-(double)at) : earlier, Options);
        return Edited(Annotated(observed) with { Pods = Pods(), Reports = Reports() });
    }

    // Settled without its pods when they say they came since.
    private Observed Bare() => new()
    {
        Cluster = Cluster(Given["history"] is JsonArray { Count: > 0 } history ? history[0]! : Given["spec"]!),
        Pods = Is(Given, "podsAreNew") ? [] : Pods(),
        Reports = Is(Given, "podsAreNew") || Is(Given, "reportsAreNew") ? [] : Reports(),
        Rivals = (Given["rivals"] as JsonObject ?? []).ToDictionary(
            each => each.Key, each => (IReadOnlyList<string>)[.. each.Value!.AsArray().Select(name => (string)name!)]),
        HasOtherPolicies = Is(Given, "otherPolicies"),
        Served = new ServedKinds { DaprComponents = Is(Given, "dapr"), DaprResiliencies = Is(Given, "dapr"), Resize = Is(Given, "resize") },
        Answers = Answers(),
        Children = [.. (Given["children"] as JsonArray ?? []).Select(each => each.Deserialize(ClusterJson.Default.AnyObject)!)],
    };

    private MemoryCluster Cluster(JsonNode spec)
    {
        var whole = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "agents",
                ["namespace"] = Text("namespace") ?? "team",
                ["uid"] = "uid-agents",
                ["resourceVersion"] = "7",
                ["generation"] = 1,
                ["creationTimestamp"] = "2026-11-21T10:00:00Z",
                ["annotations"] = Given["settledAnnotations"]?.DeepClone(),
            },
            ["spec"] = spec.DeepClone(),
        };
        return ClusterFile.Parse(whole);
    }

    private Observed Annotated(Observed observed) => observed with
    {
        Cluster = observed.Cluster with
        {
            Metadata = observed.Cluster.Metadata with
            {
                Generation = Given["generation"] is { } generation ? (long)generation : 1,
                Annotations = (Given["annotations"] as JsonObject)?.ToDictionary(each => each.Key, each => (string)each.Value!),
                DeletionTimestamp = Given["deletedMinutes"] is { } minutes ? Now.AddMinutes(-(double)minutes) : null,
            },
        },
    };

    private Observed Edited(Observed observed)
    {
        foreach (JsonNode? edit in Given["edits"] as JsonArray ?? [])
        {
            AnyObject child = observed.Children.Single(each => each.Kind == (string?)edit!["kind"]);
            JsonNode? merged = PlanWorld.Merged(JsonSerializer.SerializeToNode(child, ClusterJson.Default.AnyObject), edit!["merge"]);
            observed = observed with
            {
                Children = [.. observed.Children.Where(each => each != child), merged.Deserialize(ClusterJson.Default.AnyObject)!],
            };
        }

        return observed;
    }

    private IReadOnlyList<PodView> Pods() => [.. Given["pods"]?.AsArray().Select(each => Pod((JsonObject)each!)) ?? []];

    private PodView Pod(JsonObject pod)
    {
        string name = (string)pod["name"]!;
        bool attached = Is(pod, "attached");
        var labels = (pod["labels"] as JsonObject ?? new JsonObject { ["memory"] = "agents" }).ToDictionary(each => each.Key, each => (string)each.Value!);
        var annotations = (pod["annotations"] as JsonObject ?? []).ToDictionary(each => each.Key, each => (string)each.Value!);
        if (attached)
        {
            labels[Operator.Api.Names.ClusterLabel] = (string?)pod["attachedTo"] ?? "agents";
            annotations[Operator.Api.Names.InjectionAnnotation] = "1";
            annotations[Operator.Api.Names.StoreAnnotation] = (string?)pod["store"] ?? name;
        }

        return new PodView
        {
            Name = name,
            Namespace = Text("namespace") ?? "team",
            Uid = $"uid-{name}",
            Labels = labels,
            Annotations = annotations,
            Created = Now.AddMinutes(-(pod["age"] is { } age ? (double)age : 60)),
            Ip = "10.0.0.1",
            Phase = (string?)pod["phase"] ?? "Running",
            IsReady = pod["ready"] is null || Is(pod, "ready"),
            IsSidecarReady = attached && (pod["sidecarReady"] is null || Is(pod, "sidecarReady")),
            IsDeleting = Is(pod, "deleting"),
            Owner = pod.ContainsKey("owner") ? (string?)pod["owner"] : "ReplicaSet/app-1",
            HasHostNetwork = Is(pod, "hostNetwork"),
            SidecarAt = attached || Is(pod, "container") ? 0 : null,
            MemoryLimit = attached ? (pod["limitMi"] is { } limit ? (long)limit : 512) << 20 : null,
            MemoryRequest = attached ? 64L << 20 : null,
        };
    }

    private IReadOnlyList<SidecarReport> Reports() =>
    [
        .. from pod in Given["pods"] as JsonArray ?? []
           let report = pod["report"] as JsonObject
           where report is not null
           select new SidecarReport($"uid-{pod["name"]}", report["failure"] is null ? Status(report) : null, (string?)report["failure"]),
    ];

    private static SidecarStatus Status(JsonObject report) => new()
    {
        ConfiguredRevision = report["revision"]?.ToString() ?? "",
        Tiers = new TiersReport
        {
            Hot = new TierReport { Bytes = Number(report, "hot") << 20 },
            Warm = new TierReport { Bytes = Number(report, "warm") << 20 },
            Cold = new ColdTierReport { Bytes = Number(report, "cold") << 20 },
        },
        Compression = new CompressionReport { PlainBytes = Number(report, "plain") << 20, StoredBytes = Number(report, "stored") << 20 },
        Pressure = new PressureReport { State = (string?)report["state"] ?? "calm", Culprit = (string?)report["culprit"] },
        Degraded = [.. (report["degraded"] as JsonArray ?? []).Select(each => (string)each!)],
        PendingRestart = [.. (report["pendingRestart"] as JsonArray ?? []).Select(each => (string)each!)],
    };

    private StepAnswers Answers() => new()
    {
        Evictions = [.. Refusals("refusedEvictions")],
        Resizes = [.. Refusals("refusedResizes")],
        Drains =
        [
            .. (Given["drains"] as JsonArray ?? []).Select(each =>
                new DrainAnswer($"uid-{each!["pod"]}", Is((JsonObject)each, "done"), (string?)each["failure"])),
        ],
    };

    private IEnumerable<StepRefusal> Refusals(string name) =>
        (Given[name] as JsonArray ?? []).Select(each => new StepRefusal($"uid-{each!["pod"]}", (string)each["reason"]!, Now.AddSeconds(20)));

    private static long Number(JsonObject from, string name) => from[name] is { } number ? (long)number : 0;

    private static bool Is(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue(out bool yes) && yes;

    private string? Text(string name) => Given[name]?.ToString().ToString(CultureInfo.InvariantCulture);
}
