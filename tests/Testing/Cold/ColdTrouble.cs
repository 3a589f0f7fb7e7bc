namespace Thermocline.Testing.Cold;

/// <summary>What goes wrong with one request to a <see cref="MemoryColdStore"/>.</summary>
public enum ColdTrouble
{
    None,

    /// <summary>The request does not arrive: nothing is done and ColdUnavailable is raised.</summary>
    Unavailable,

    /// <summary>The request is done, but the answer does not arrive: ColdUnavailable is raised.</summary>
    AnswerLost,

    /// <summary>
    /// A write fails with ColdUnavailable and is still on its way: it is done, its condition judged then, when
    /// <see cref="MemoryColdStore.DeliverLate"/> is called.
    /// </summary>
    Late,

    /// <summary>A write is done and answered, and is done once more by <see cref="MemoryColdStore.DeliverLate"/>.</summary>
    Duplicate,

    /// <summary>A read or listing sees what was there before the last change of each object.</summary>
    Stale,

    /// <summary>The rights are missing: ColdRefused is raised.</summary>
    Refused,

    /// <summary>Another conditional write is under way: ColdUnavailable with the mark of a conflict, nothing done.</summary>
    Conflict,

    /// <summary>No answer until the caller gives up.</summary>
    Hangs,
}
