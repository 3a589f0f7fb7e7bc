namespace Thermocline.Store;

/// <summary>How a write ended.</summary>
public enum WriteOutcome
{
    /// <summary>Done, as durable as the policy in force promises.</summary>
    Done,

    /// <summary>A delete found nothing to delete; nothing was written.</summary>
    Absent,

    /// <summary>A condition did not hold; nothing was written.</summary>
    ConditionFailed,

    /// <summary>Too many writes wait for their commit; nothing was written, try again.</summary>
    Busy,

    /// <summary>A key, value, metadata or batch is larger than its limit; nothing was written.</summary>
    TooLarge,

    /// <summary>A key is empty, or the batch has no operation; nothing was written.</summary>
    Invalid,
}
