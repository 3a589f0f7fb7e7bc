using Thermocline.Store;

namespace Thermocline.Sidecar.Http;

/// <summary>What a client is told when the store refuses or fails.</summary>
internal static class StoreProblems
{
    /// <summary>The answer to a failure of the store.</summary>
    public static Problem Of(StoreException failure) => failure.Fault switch
    {
        StoreFault.Damaged => new Problem(500, ProblemCode.RecordDamaged, "The record failed its checksum and is not served.",
            failure.File is null ? failure.Message : $"{failure.File} at byte {failure.Offset}"),
        StoreFault.Io or StoreFault.Latched => new Problem(503, ProblemCode.StoreLatched,
            "The disk failed; the store takes no writes until it is restarted.", failure.Message),
        StoreFault.DiskFull => new Problem(507, ProblemCode.DiskFull,
            "The disk is full; nothing was written. Reads go on, and writes once there is space.", failure.Message)
        { RetryAfterSeconds = 5 },
        StoreFault.Full or StoreFault.SnapshotTooOld => new Problem(429, ProblemCode.StoreFull,
            "A limit of the store was reached.", failure.Message)
        { RetryAfterSeconds = 1 },
        StoreFault.ColdUnavailable or StoreFault.ColdRefused => new Problem(503, ProblemCode.ColdUnavailable,
            "The record is in the cold store, which does not answer; what is kept locally does.", failure.Message)
        { RetryAfterSeconds = 5, Degraded = true },
        StoreFault.Fenced => new Problem(503, ProblemCode.StoreFenced,
            "Another process has taken over this store in the cold store; local data is served.", failure.Message)
        { Degraded = true },
        StoreFault.Locked or StoreFault.Unsupported => new Problem(500, ProblemCode.Internal,
            "The sidecar made a mistake.", failure.Message),
    };

    /// <summary>The answer to a write that did not take place, or null when it did.</summary>
    /// <param name="answer">The store's answer.</param>
    /// <param name="batch">Whether the answer names the operation that decided.</param>
    public static Problem? Of(WriteAnswer answer, bool batch) => answer.Outcome switch
    {
        WriteOutcome.Done => null,
        WriteOutcome.Absent => KeyAbsent,
        WriteOutcome.ConditionFailed => ConditionFailed with { Operation = batch ? answer.FailedOperation : null },
        WriteOutcome.Busy => Busy("Too many writes wait for their commit."),
        WriteOutcome.TooLarge => new Problem(413, ProblemCode.ValueTooLarge,
            "A value, its metadata or the batch is larger than the store takes.")
        { Operation = batch ? answer.FailedOperation : null },
        WriteOutcome.Invalid => new Problem(400, ProblemCode.BatchInvalid, "A batch needs at least one operation."),
    };

    /// <summary>No such key.</summary>
    public static Problem KeyAbsent { get; } = new(404, ProblemCode.KeyAbsent, "There is no such key.");

    /// <summary>A condition did not hold.</summary>
    public static Problem ConditionFailed { get; } =
        new(412, ProblemCode.ConditionFailed, "A condition of the request did not hold; nothing was written.");

    /// <summary>A limit on work in flight was reached; nothing was written.</summary>
    public static Problem Busy(string detail) =>
        new(429, ProblemCode.Busy, "The sidecar is busy; nothing was written. Try again.", detail) { RetryAfterSeconds = 1 };
}
