namespace Thermocline.Operator.Tests.Cluster.Fakes;

/// <summary>What is wrong with one client's connection.</summary>
internal sealed class LeaseLine
{
    public bool IsCut { get; set; }

    public bool IsSilent { get; set; }

    public bool LosesAnswers { get; set; }
}
