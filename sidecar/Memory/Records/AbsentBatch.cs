using Thermocline.Store;

namespace Thermocline.Memory.Records;

/// <summary>A batch from which the operations whose keys are present are left out, one refusal after the other.</summary>
internal sealed class AbsentBatch(WriteOperation[] all, SavedMemory[] saved)
{
    /// <summary>Indexes in <c>all</c> of the operations of the last <see cref="Next"/>.</summary>
    private readonly List<int> _open = [.. Enumerable.Range(0, all.Length)];

    /// <summary>The operations still to be written.</summary>
    public WriteOperation[] Next()
    {
        if (_open.Count == all.Length)
            return all;
        var next = new WriteOperation[_open.Count];
        for (int i = 0; i < next.Length; i++)
            next[i] = all[_open[i]];
        return next;
    }

    /// <summary>Leaves out the operation that the store refused.</summary>
    public void LeaveOut(int failed)
    {
        MarkPresent(_open[failed]);
        _open.RemoveAt(failed);
    }

    /// <summary>Leaves out every operation whose key is present by now, so that a resumed import needs few rounds.</summary>
    public void LeaveOutPresent(TieredStore store) => _open.RemoveAll(index =>
    {
        using ReadLease lease = store.Read(all[index].Key.Span);
        if (lease.Found)
            MarkPresent(index);
        return lease.Found;
    });

    private void MarkPresent(int index) => saved[index] = saved[index] with { Created = false };
}
