using System.Runtime.CompilerServices;
using Thermocline.Store.Format;
using Thermocline.Store.Records;

namespace Thermocline.Store.Commit;

/// <summary>Decides on the conditions of writes, for the committer alone: nothing changes while it looks.</summary>
internal sealed class ConditionJudge(RecordTable records, GroupBuffer group)
{
    /// <summary>Whether an operation may take place, given what is stored and what stands before it in the group.</summary>
    public WriteOutcome Judge(in WriteOperation operation, long nowMs)
    {
        if (CurrentSequence(operation.Key.Span, nowMs) is not { } current)
            return operation.Condition.Kind == ConditionKind.None ? WriteOutcome.Done : WriteOutcome.Busy;
        bool holds = operation.Condition.Kind switch
        {
            ConditionKind.None => true,
            ConditionKind.Absent => current == 0,
            ConditionKind.Present => current != 0,
            ConditionKind.Sequence => current == operation.Condition.Sequence && current != 0,
        };
        if (!holds)
            return WriteOutcome.ConditionFailed;
        return operation.Delete && current == 0 ? WriteOutcome.Absent : WriteOutcome.Done;
    }

    /// <summary>
    /// Sequence number of the key's live value, or 0; null when only the cold store could tell. What a condition needs was
    /// fetched before the write was handed in; when it left the cache since, nobody waits for it here.
    /// </summary>
    private ulong? CurrentSequence(ReadOnlySpan<byte> key, long nowMs)
    {
        int index = group.LastOf(key);
        if (index >= 0)
        {
            Frame frame = group.FrameAt(index);
            return frame.IsTombstone || frame.IsExpired(nowMs) ? 0 : frame.Sequence;
        }

        try
        {
            return records.Places.FindElsewhere(key) != default ? null : StoredSequence(key);
        }
        catch (StoreException failure) when (failure.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
        {
            return null;
        }
        catch (StoreException failure) when (failure.Fault == StoreFault.Damaged)
        {
            // Something is there, and no sequence number that a caller could know is its own: it can be replaced blindly.
            return ulong.MaxValue;
        }
    }

    // Never part of its caller: a read with all that belongs to it, inside handlers with filters, is what the compiler of
    // .NET 10.0.12 may take gigabytes of memory to optimise, on a thread of its own and against no budget (decisions/0010).
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong StoredSequence(ReadOnlySpan<byte> key)
    {
        using ReadLease lease = records.Read(key, ReadPurpose.Look);
        return lease.Sequence;
    }
}
