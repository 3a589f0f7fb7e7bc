namespace Thermocline.Operator.Cluster.Requests;

/// <summary>Whether an evicted pod goes.</summary>
internal enum EvictionOutcome
{
    /// <summary>It goes.</summary>
    Evicted,

    /// <summary>A disruption budget forbids it now.</summary>
    Refused,

    /// <summary>It is not there, or another pod of its name is.</summary>
    Absent,
}
