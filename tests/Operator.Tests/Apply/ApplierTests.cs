using System.Text.Json.Nodes;
using Thermocline.Operator.Api;
using Thermocline.Operator.Apply;
using Thermocline.Operator.Cluster.Faults;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Cluster.Requests;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Plan;
using Thermocline.Operator.Plan.Steps;
using Thermocline.Operator.Tests.Cluster.Fakes;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.Operator.Tests.Apply;

public sealed class ApplierTests
{
    private static readonly ClusterPlan Resize = new() { Resizes = [new PodResize("p", "u", 0, "1Gi", null)] };

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_resize_that_is_refused_is_remembered_for_a_while()
    {
        var api = new ScriptedApi(ScriptedApi.Status(422, "Invalid"));
        AppliedPlan applied = await ApplyAsync(api, Resize);
        StepRefusal refused = Assert.Single(applied.Answers.Resizes);
        Assert.Equal(("u", _time.GetUtcNow() + Recall.ResizePause), (refused.PodUid, refused.AgainAt));
        Assert.Contains("Invalid it is", refused.Reason, StringComparison.Ordinal);
        Assert.StartsWith("PATCH /api/v1/namespaces/team/pods/p/resize?", Assert.Single(api.Asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_is_gone_needs_no_resize() =>
        Assert.Empty((await ApplyAsync(new ScriptedApi(ScriptedApi.Status(404, "NotFound")), Resize)).Answers.Resizes);

    [Fact]
    public async Task A_secret_that_is_there_is_kept()
    {
        var api = new ScriptedApi(ScriptedApi.Status(409, "AlreadyExists"));
        await ApplyAsync(api, new ClusterPlan
        {
            Secret = new SecretCreate(new EntityKey("team", "s"), new JsonObject { ["metadata"] = new JsonObject() }, "token"),
        });
        Assert.StartsWith("POST /api/v1/namespaces/team/secrets?", Assert.Single(api.Asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_takes_no_events_holds_nothing_up()
    {
        var api = new ScriptedApi(ScriptedApi.Status(403, "Forbidden"));
        await ApplyAsync(api, new ClusterPlan { Events = [new ClusterEvent("A", "a"), new ClusterEvent("B", "b")] });
        Assert.Equal(2, api.Asked.Count);
    }

    [Fact]
    public async Task A_change_that_somebody_forestalled_is_no_answer()
    {
        var api = new ScriptedApi(ScriptedApi.Status(409, "Conflict"));
        ClusterException failure = await Assert.ThrowsAsync<ClusterException>(() => ApplyAsync(api, new ClusterPlan { Patch = [] }));
        Assert.Equal(ClusterFault.Conflict, failure.Fault);
    }

    [Fact]
    public async Task Nobody_is_drained_without_a_token()
    {
        PodView pod = new() { Name = "p", Namespace = "team", Uid = "u" };
        AppliedPlan applied = await ApplyAsync(new ScriptedApi(ScriptedApi.Status(500, "Never")), new ClusterPlan { Drains = [pod] });
        Assert.Equal(new DrainAnswer("u", false, "there is no token to ask it with"), Assert.Single(applied.Answers.Drains));
    }

    private async Task<AppliedPlan> ApplyAsync(ScriptedApi api, ClusterPlan plan)
    {
        using ClusterClient client = api.Client(_time, null, new ClientOptions { RetriesMax = 0 });
        Observed observed = new()
        {
            Cluster = new MemoryCluster { Metadata = new Operator.Api.ObjectMeta { Name = "agents", Namespace = "team", Uid = "c" } },
            Pods = [new PodView { Name = "p", Namespace = "team", Uid = "u" }],
        };
        Applier applier = new(
            client, new EventPublisher(client, "thermocline.dev/operator", "operator-0", _time),
            static (_, _, _) => throw new InvalidOperationException("Nobody is to be asked."), static () => "word", _time);
        return await applier.ApplyAsync(observed, plan, TestContext.Current.CancellationToken);
    }
}
