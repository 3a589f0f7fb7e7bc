using System.Text.Json;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Pruning;

/// <summary>
/// Looks at every record once, page by page, and deletes those that are chosen. A record that is written between the look and
/// the deletion stays. Reads move nothing between the tiers, except that records of the cold store are fetched to be judged.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="rules">The rules, without mistakes.</param>
/// <param name="deletes">Deletes a record if it is still the one with this sequence number; null to only look.</param>
public sealed class PruneRun(TieredStore store, PruneRules rules, Func<byte[], ulong, ValueTask<WriteOutcome>>? deletes)
{
    private const int PageKeys = 1000;

    private readonly List<(byte[] Key, ulong Sequence)> _chosen = [];
    private PruneFigures _figures = new();

    /// <summary>Deletes by a conditional write.</summary>
    public static Func<byte[], ulong, ValueTask<WriteOutcome>> Deleting(TieredStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return async (key, sequence) => (await store.WriteAsync(
            new WriteOperation { Key = key, Delete = true, Condition = Condition.IfSequence(sequence) })).Outcome;
    }

    /// <summary>Runs it to the end. Stopped, what was deleted stays deleted.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public async ValueTask<PruneFigures> RunAsync(IProgress<PruneFigures>? progress, CancellationToken cancellation)
    {
        byte[] prefix = rules.Collection is { } collection ? Keys.Compose(collection, "") : [];
        byte[] after = [];
        bool more = true;
        while (more)
        {
            cancellation.ThrowIfCancellationRequested();
            ListPage page = store.List(prefix, after, PageKeys);
            await LookAsync(page.Keys, cancellation);
            await DeleteAsync();
            progress?.Report(_figures);
            more = page.More && page.Keys.Count > 0;
            after = page.Keys.Count > 0 ? page.Keys[^1] : after;
        }

        return _figures;
    }

    private async ValueTask LookAsync(IReadOnlyList<byte[]> keys, CancellationToken cancellation)
    {
        // A snapshot for each page: one for all would keep every deleted record until the end.
        using StoreSnapshot snapshot = store.Snapshot();
        foreach (byte[] key in keys)
        {
            try
            {
                await store.FetchAsync(key, cancellation);
                Look(snapshot, key);
            }
            catch (StoreException failure) when (failure.Fault is StoreFault.Damaged or StoreFault.ColdUnavailable or StoreFault.ColdRefused)
            {
                _figures = _figures with { Unreadable = _figures.Unreadable + 1 };
            }
        }
    }

    private void Look(StoreSnapshot snapshot, byte[] key)
    {
        using ReadLease lease = snapshot.Read(key);
        if (!lease.Found)
            return;
        long bytes = lease.Key.Length + lease.Metadata.Length + lease.Value.Length;
        PruneJudgement judgement = PruneJudgement.Of(rules, lease.WrittenAtMs, SignificanceOf(key, lease));
        _figures = _figures with
        {
            Scanned = _figures.Scanned + 1,
            ScannedBytes = _figures.ScannedBytes + bytes,
            Old = _figures.Old + (judgement.IsOld ? 1 : 0),
            OldBytes = _figures.OldBytes + (judgement.IsOld ? bytes : 0),
            Minor = _figures.Minor + (judgement.IsMinor ? 1 : 0),
            MinorBytes = _figures.MinorBytes + (judgement.IsMinor ? bytes : 0),
            Chosen = _figures.Chosen + (judgement.IsChosen ? 1 : 0),
            ChosenBytes = _figures.ChosenBytes + (judgement.IsChosen ? bytes : 0),
        };
        if (judgement.IsChosen)
            _chosen.Add((key, lease.Sequence));
    }

    private Significance? SignificanceOf(byte[] key, in ReadLease lease)
    {
        if (rules.SignificanceBelow is null || !MemoryKeys.IsOne(key) || !MemoryKeys.TryRead(key, out MemoryId id))
            return null;
        try
        {
            return FieldsReader.Read(id, lease, default).Significance;
        }
        catch (Exception failure) when (failure is StoreException or JsonException or InvalidOperationException or FormatException)
        {
            // Fields of another version: nothing is known of its worth, so it stays.
            return null;
        }
    }

    private async ValueTask DeleteAsync()
    {
        if (deletes is not null)
        {
            // All of a page at once: they share their commits.
            Task<WriteOutcome>[] answers = [.. _chosen.Select(each => deletes(each.Key, each.Sequence).AsTask())];
            WriteOutcome[] outcomes = await Task.WhenAll(answers);
            int deleted = outcomes.Count(outcome => outcome == WriteOutcome.Done);
            _figures = _figures with { Deleted = _figures.Deleted + deleted, Left = _figures.Left + outcomes.Length - deleted };
        }

        _chosen.Clear();
    }
}
