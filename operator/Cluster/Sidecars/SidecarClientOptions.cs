using Thermocline.Operator.Api;

namespace Thermocline.Operator.Cluster.Sidecars;

/// <summary>Limits of asking sidecars.</summary>
internal sealed record SidecarClientOptions
{
    /// <summary>The port they answer on.</summary>
    public int Port { get; init; } = Names.AdminPort;

    /// <summary>Sidecars asked at the same time.</summary>
    public int AtOnce { get; init; } = 16;

    /// <summary>How long one may take to say its status.</summary>
    public TimeSpan StatusLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after the time given to a drain its answer may come.</summary>
    public TimeSpan DrainMargin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes one answer may have.</summary>
    public int AnswerBytesMax { get; init; } = 1 << 20;
}
