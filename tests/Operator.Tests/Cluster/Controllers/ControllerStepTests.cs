using Thermocline.Operator.Cluster.Controllers;
using Thermocline.Operator.Cluster.Objects;
using Xunit;

namespace Thermocline.Operator.Tests.Cluster.Controllers;

public sealed class ControllerStepTests
{
    [Theory]
    [InlineData("", false, "", ControllerStepKind.Reconcile, null)]
    [InlineData("", false, "x,y", ControllerStepKind.Attach, null)]
    [InlineData("x", false, "x,y", ControllerStepKind.Attach, null)]
    [InlineData("other,y,x", false, "x,y", ControllerStepKind.Reconcile, null)]
    [InlineData("other,y,x", true, "x,y", ControllerStepKind.Finalize, "x")]
    [InlineData("other,y", true, "x,y", ControllerStepKind.Finalize, "y")]
    [InlineData("other", true, "x,y", ControllerStepKind.Nothing, null)]
    public void What_is_due_follows_from_the_metadata(string there, bool deleting, string ours, object kind, string? finalizer)
    {
        var metadata = new ObjectMeta
        {
            Finalizers = there.Split(',', StringSplitOptions.RemoveEmptyEntries),
            DeletionTimestamp = deleting ? DateTimeOffset.UnixEpoch : null,
        };
        Assert.Equal(
            new ControllerStep((ControllerStepKind)kind, finalizer),
            ControllerStep.Of(metadata, ours.Split(',', StringSplitOptions.RemoveEmptyEntries)));
    }
}
