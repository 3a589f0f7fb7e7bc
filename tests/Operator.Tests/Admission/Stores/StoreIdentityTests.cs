using System.Text.Json.Nodes;
using Thermocline.Operator.Admission.Stores;
using Xunit;

namespace Thermocline.Operator.Tests.Admission.Stores;

public sealed class StoreIdentityTests
{
    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_stateful_pod_holds_the_store_of_its_name_unless_no_controller_could_have_made_it(int letters, bool own)
    {
        string name = new('p', letters);
        JsonObject pod = JsonNode.Parse(
            $$$"""{"metadata": {"name": "{{{name}}}", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "StatefulSet", "controller": true}]}}""")!.AsObject();
        Assert.Equal(own ? name : null, StoreIdentity.Of(pod, []));
    }
}
