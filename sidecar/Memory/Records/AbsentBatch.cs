using Thermocline.Store;

namespace Thermocline.Memory.Records;

/// <summary>A batch from which the operations whose keys are present are left out, one refusal after the other.</summary>
/// <param name="all">The operations, each on the condition that its key is absent.</param>
/// <param name="write">Writes a batch.</param>
/// <param name="leftOut">Is told the index of each operation that is left out.</param>
internal sealed class AbsentBatch(WriteOperation[] all, Func<WriteOperation[], ValueTask<WriteAnswer>> write, Action<int> leftOut)
{
    /// <summary>Indexes in <c>all</c> of the operations of the last <see cref="Next"/>.</summary>
    private readonly List<int> _open = [.. Enumerable.Range(0, all.Length)];

    /// <summary>Writes what is absent; answers the last write, or null when nothing was left to write.</summary>
    /// <exception cref="StoreException">The store failed; the fate of the batch is unknown.</exception>
    public async ValueTask<WriteAnswer?> WriteAsync(TieredStore store)
    {
        // Every lost condition leaves out at least one more operation, so the loop ends.
        while (Next() is { Length: > 0 } next)
        {
            WriteAnswer written = await write(next);
            if (written.Outcome != WriteOutcome.ConditionFailed)
                return written;
            LeaveOut(written.FailedOperation);
            LeaveOutPresent(store);
        }

        return null;
    }

    private WriteOperation[] Next()
    {
        if (_open.Count == all.Length)
            return all;
        var next = new WriteOperation[_open.Count];
        for (int i = 0; i < next.Length; i++)
            next[i] = all[_open[i]];
        return next;
    }

    private void LeaveOut(int failed)
    {
        leftOut(_open[failed]);
        _open.RemoveAt(failed);
    }

    /// <summary>Leaves out every operation whose key is present by now, so that a resumed import needs few rounds.</summary>
    private void LeaveOutPresent(TieredStore store) => _open.RemoveAll(index =>
    {
        using ReadLease lease = store.Read(all[index].Key.Span);
        if (lease.Found)
            leftOut(index);
        return lease.Found;
    });
}
