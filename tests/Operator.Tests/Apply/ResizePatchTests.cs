using Thermocline.Operator.Apply;
using Thermocline.Operator.Plan.Steps;
using Xunit;

namespace Thermocline.Operator.Tests.Apply;

public sealed class ResizePatchTests
{
    [Fact]
    public void A_resize_changes_our_container_of_that_very_pod_alone() => Assert.Equal(
        """[{"op":"test","path":"/metadata/uid","value":"u"},"""
        + """{"op":"test","path":"/spec/initContainers/2/name","value":"thermocline"},"""
        + """{"op":"replace","path":"/spec/initContainers/2/resources/limits/memory","value":"1Gi"},"""
        + """{"op":"replace","path":"/spec/initContainers/2/resources/requests/memory","value":"1Gi"}]""",
        ResizePatch.Of(new PodResize("p", "u", 2, "1Gi", "1Gi")).ToJsonString());

    [Fact]
    public void A_request_that_may_stay_stays() =>
        Assert.Equal(3, ResizePatch.Of(new PodResize("p", "u", 0, "1Gi", null)).Count);
}
