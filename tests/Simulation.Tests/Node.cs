using Thermocline.Store;
using Thermocline.Testing;

namespace Thermocline.Simulation.Tests;

/// <summary>One process with its disk, and beside it what it acknowledged.</summary>
internal sealed class Node(string name, FaultyFiles files, TieredStore store, History history, WorldClock clock, Trace trace)
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);
    private readonly List<Moment> _moments = [];
    private (int Key, Stored? Record)[]? _pending;

    public FaultyFiles Files { get; } = files;

    public TieredStore Store { get; } = store;

    public History History { get; } = history;

    /// <summary>Writes, and compares the answer with what the history allows.</summary>
    /// <exception cref="StoreException">The world failed; then the fate of the write may be unknown.</exception>
    public async Task WriteAsync(params WriteOperation[] operations)
    {
        trace.Add($"{name}: write {string.Join(", ", operations.Select(Describe))}");
        ulong before = History.Last;
        Verdict verdict = Judging.Of(operations, History.Now, clock);
        _pending = verdict.MayBeDone ? verdict.Changes : [];
        WriteAnswer answer;
        try
        {
            answer = operations.Length == 1 ? await Store.WriteAsync(operations[0]) : await Store.WriteAsync(operations);
        }
        catch (StoreException failure) when (failure.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
        {
            _pending = null;
            throw;
        }

        WorldException.Unless(
            verdict.Allows(answer.Outcome), $"{name}: a write was answered {answer.Outcome}; {verdict} was expected.");
        if (answer.Outcome == WriteOutcome.Done && answer.Sequence > 0)
            Note(answer, before, verdict.Changes);
        _pending = null;
        Settle();
    }

    /// <summary>Waits for the sealer, so that the order of file operations is the same in every run.</summary>
    public void Settle() => SpinWait.SpinUntil(() => Store.IsSettled, SettleLimit);

    public async Task FlushAsync()
    {
        trace.Add($"{name}: flush");
        await Store.FlushAsync();
        History.Durable = History.Last;
    }

    /// <summary>Compares one key.</summary>
    public void Read(int key) => Compare(key, History.Now.GetValueOrDefault(key), clock.NowMs, () => Store.Read(Values.KeyOf(key)), "now");

    /// <summary>Compares every key, and both listings.</summary>
    public void ReadAll(string when)
    {
        trace.Add($"{name}: read everything {when}, sequence {History.Last}");
        for (int key = 0; key < Values.Keys; key++)
            Read(key);
        foreach (string collection in Values.Collections)
            List(collection, 100);
        ulong sequence = Store.Status.Sequence;
        WorldException.Unless(sequence == History.Last, $"{name}: the status says {sequence} {when}, the answers {History.Last}.");
        IReadOnlyList<Damage> damages = Store.Status.Damages;
        WorldException.Unless(damages.Count == 0, $"{name}: damage is reported {when}: {string.Join("; ", damages)}");
    }

    public void List(string collection, int pageSize) =>
        CompareList(collection, History.Now, clock.NowMs, (prefix, after) => Store.List(prefix, after, pageSize), "now");

    public void TakeSnapshot()
    {
        trace.Add($"{name}: snapshot of {History.Last}");
        if (_moments.Count == 3)
            CloseSnapshot(0);
        _moments.Add(new Moment(Store.Snapshot(), new Dictionary<int, Stored>(History.Now), History.Last, clock.NowMs));
    }

    /// <summary>Compares a snapshot with the moment it was taken at.</summary>
    public void ReadSnapshot(int choice, bool close)
    {
        if (_moments.Count == 0)
            return;
        int index = choice % _moments.Count;
        Moment moment = _moments[index];
        trace.Add($"{name}: read the snapshot of {moment.Sequence}");
        for (int key = 0; key < Values.Keys; key++)
        {
            byte[] composed = Values.KeyOf(key);
            Compare(key, moment.Records.GetValueOrDefault(key), moment.NowMs, () => moment.Snapshot.Read(composed), "in a snapshot");
        }

        foreach (string collection in Values.Collections)
            CompareList(collection, moment.Records, moment.NowMs, (prefix, after) => moment.Snapshot.List(prefix, after, 7), "in a snapshot");
        if (close)
            CloseSnapshot(index);
    }

    /// <summary>Stops cleanly.</summary>
    /// <exception cref="StoreException">The disk failed.</exception>
    public void Close()
    {
        while (_moments.Count > 0)
            CloseSnapshot(0);
        Store.Close();
        History.Durable = History.Last;
    }

    /// <summary>
    /// Takes the sequence number a store shows after a failure for what it says: the writes up to there, and nothing else.
    /// Comparing every key afterwards tells whether it is true.
    /// </summary>
    public History Survived(ulong sequence, ulong least, string what)
    {
        WorldException.Unless(sequence >= least, $"{what} ends at {sequence}; everything up to {least} had to be there.");
        if (sequence > History.Last)
        {
            bool possible = _pending is { Length: > 0 } && sequence <= History.Last + (ulong)_pending.Length;
            WorldException.Unless(possible, $"{what} ends at {sequence}; nobody wrote beyond {History.Last}.");
            History.Add(new Entry(sequence, _pending!));
        }

        History survived = History.Copy();
        WorldException.Unless(survived.TryCutTo(sequence), $"{what} ends at {sequence}, inside a batch.");
        survived.Durable = sequence;
        return survived;
    }

    private void Note(WriteAnswer answer, ulong before, (int Key, Stored? Record)[] changes)
    {
        ulong after = answer.Sequence;
        WorldException.Unless(
            after > before && after - before <= (ulong)changes.Length, $"{name}: the answer says {after} after {before}.");
        bool all = after - before == (ulong)changes.Length;
        (int, Stored?)[] numbered =
        [
            .. changes.Select((change, i) =>
                (change.Key, change.Record is null || ReferenceEquals(change.Record, History.Now.GetValueOrDefault(change.Key))
                    ? change.Record
                    : change.Record with { Sequence = all ? before + 1 + (ulong)i : 0 })),
        ];
        History.Add(new Entry(after, numbered));
        bool must = Store.Durability == DurabilityPolicy.Always;
        WorldException.Unless(answer.Durable || !must, $"{name}: policy Always answered a write that is not durable.");
        if (answer.Durable)
            History.Durable = after;
    }

    private void Compare(int key, Stored? expected, long nowMs, LeaseSource read, string when)
    {
        Presence presence = History.PresenceOf(expected, nowMs, clock.LatestMs);
        using ReadLease lease = read();
        if (presence != Presence.Either)
        {
            WorldException.Unless(
                lease.Found == (presence == Presence.Present),
                $"{name}: key {key} {when} is {(lease.Found ? "there" : "absent")} and should be {presence}.");
        }

        if (!lease.Found)
            return;
        bool same = lease.Value.SequenceEqual(expected!.Value) && lease.Metadata.SequenceEqual(expected.Metadata)
            && lease.ExpiresAtMs == expected.EndMs && (expected.Sequence == 0 || expected.Sequence == lease.Sequence);
        WorldException.Unless(same, $"{name}: key {key} {when} has another value: sequence {lease.Sequence}, expected {expected.Sequence}.");
    }

    private void CompareList(
        string collection, IReadOnlyDictionary<int, Stored> records, long nowMs, Func<byte[], byte[], ListPage> read, string when)
    {
        byte[] prefix = Keys.Compose(collection, "");
        var found = new List<byte[]>();
        for (ListPage page = read(prefix, []); ; page = read(prefix, found[^1]))
        {
            found.AddRange(page.Keys);
            if (!page.More)
                break;
            WorldException.Unless(page.Keys.Count > 0 && found.Count < 1_000, $"{name}: a listing does not end.");
        }

        int next = 0;
        for (int key = 0; key < Values.Keys; key++)
        {
            if (Values.CollectionOf(key) != collection)
                continue;
            bool listed = next < found.Count && found[next].AsSpan().SequenceEqual(Values.KeyOf(key));
            next += listed ? 1 : 0;
            Presence presence = History.PresenceOf(records.GetValueOrDefault(key), nowMs, clock.LatestMs);
            WorldException.Unless(
                presence == Presence.Either || listed == (presence == Presence.Present),
                $"{name}: key {key} is {(listed ? "" : "not ")}listed {when} and should be {presence}.");
        }

        WorldException.Unless(next == found.Count, $"{name}: a listing {when} names something twice, or what nobody wrote.");
    }

    private void CloseSnapshot(int index)
    {
        _moments[index].Snapshot.Dispose();
        _moments.RemoveAt(index);
    }

    private static string Describe(WriteOperation operation)
    {
        string key = System.Text.Encoding.UTF8.GetString(operation.Key.Span[1..]);
        string condition = operation.Condition == default ? "" : $" if {operation.Condition.Kind}";
        return operation.Delete ? $"delete {key}{condition}" : $"{key} = {operation.Value.Length} bytes{condition}";
    }

    private delegate ReadLease LeaseSource();

    private sealed record Moment(StoreSnapshot Snapshot, IReadOnlyDictionary<int, Stored> Records, ulong Sequence, long NowMs);
}
