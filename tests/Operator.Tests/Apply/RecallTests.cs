using Thermocline.Operator.Api;
using Thermocline.Operator.Apply;
using Thermocline.Operator.Observe;
using Xunit;

namespace Thermocline.Operator.Tests.Apply;

public sealed class RecallTests
{
    [Fact]
    public void The_latest_answer_of_each_pod_that_is_there_is_kept()
    {
        Observed observed = new()
        {
            Cluster = new MemoryCluster(),
            Pods = [.. new[] { "a", "b" }.Select(name => new PodView { Name = name, Namespace = "n", Uid = name })],
            Answers = new StepAnswers
            {
                Drains = [new DrainAnswer("a", false, "not yet"), new DrainAnswer("b", true, null), new DrainAnswer("gone", true, null)],
                LastEviction = DateTimeOffset.UnixEpoch,
            },
        };
        StepAnswers kept = Recall.Of(observed, new StepAnswers { Drains = [new DrainAnswer("a", true, null)] });
        Assert.Equal([new DrainAnswer("a", true, null), new DrainAnswer("b", true, null)], kept.Drains);
        Assert.Equal(DateTimeOffset.UnixEpoch, kept.LastEviction);
    }
}
