using System.Text.Json;
using Thermocline.Operator.Cluster.Objects;
using Thermocline.Operator.Observe;
using Thermocline.Operator.Observe.Gathering;
using Xunit;

namespace Thermocline.Operator.Tests.Observe;

public sealed class PodReadingTests
{
    [Fact]
    public void What_is_looked_at_is_taken_out_of_a_pod()
    {
        PodView pod = Read(
            """
            {"metadata":{"name":"p","namespace":"n","uid":"u","labels":{"thermocline.dev/cluster":"agents"},
               "annotations":{"thermocline.dev/injection":"1","thermocline.dev/store":"3"},"creationTimestamp":"2026-11-21T10:00:00Z",
               "ownerReferences":[{"apiVersion":"v1","kind":"Other","name":"x","uid":"1"},
                 {"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs","uid":"2","controller":true}]},
             "spec":{"hostNetwork":true,"nodeName":"one","initContainers":[{"name":"first"},
               {"name":"thermocline","resources":{"limits":{"memory":"512Mi"},"requests":{"memory":"64Mi"}}}]},
             "status":{"podIP":"10.0.0.9","phase":"Running",
               "conditions":[{"type":"Ready","status":"True"},
                 {"type":"PodResizePending","status":"True","reason":"Infeasible","message":"no room"}],
               "initContainerStatuses":[{"name":"first","ready":false},{"name":"thermocline","ready":true}]}}
            """);
        Assert.Equal(("p", "n", "u", "3", "ReplicaSet/rs"), (pod.Name, pod.Namespace, pod.Uid, pod.Store, pod.Owner));
        Assert.Equal((1, 512L << 20, 64L << 20), (pod.SidecarAt, pod.MemoryLimit, pod.MemoryRequest));
        Assert.Equal(("10.0.0.9", "one", "Running", "Infeasible: no room"), (pod.Ip, pod.Node, pod.Phase, pod.ResizeTrouble));
        Assert.True(pod is { HasHostNetwork: true, IsReady: true, IsSidecarReady: true, IsDeleting: false, IsOver: false });
        Assert.True(pod.IsAttachedTo("agents"));
        Assert.False(pod.IsAttachedTo("others"));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"p"}}""")]
    [InlineData("""{"metadata":{"name":"p"},"spec":{"initContainers":null,"hostNetwork":"yes"},"status":{"conditions":{},"phase":7}}""")]
    public void A_pod_of_another_shape_has_no_sidecar(string json)
    {
        PodView pod = Read(json);
        Assert.True(pod is { SidecarAt: null, IsReady: false, IsSidecarReady: false, Owner: null, HasHostNetwork: false, Phase: "Pending" });
        Assert.False(pod.IsAttachedTo("agents"));
    }

    private static PodView Read(string json) => PodReading.Of(JsonSerializer.Deserialize(json, ClusterJson.Default.AnyObject)!);
}
