namespace Thermocline.Store;

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Sequence">Sequence number of the (last) written frame: the etag. 0 when nothing was written.</param>
/// <param name="Durable">Whether the disk has it (policy always), or only the operating system.</param>
/// <param name="FailedOperation">Index of the operation that decided the outcome of a refused batch, else 0.</param>
public readonly record struct WriteAnswer(WriteOutcome Outcome, ulong Sequence, bool Durable, int FailedOperation);
