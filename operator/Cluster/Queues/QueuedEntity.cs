using Thermocline.Operator.Cluster.Objects;

namespace Thermocline.Operator.Cluster.Queues;

/// <summary>What a queue knows of one object.</summary>
internal sealed class QueuedEntity(EntityKey key)
{
    public EntityKey Key { get; } = key;

    public bool IsWaiting { get; set; }

    /// <summary>The time stamp at which it began to wait.</summary>
    public long WaitingSince { get; set; }

    public bool IsWorking { get; set; }

    /// <summary>Whether it is to wait again as soon as it is no longer worked on.</summary>
    public bool IsWantedAgain { get; set; }

    public int Failures { get; set; }

    /// <summary>The time stamp at which it comes again.</summary>
    public long? Due { get; set; }

    public bool IsIdle => !IsWaiting && !IsWorking && Failures == 0 && Due is null;
}
