using Thermocline.Store;

namespace Thermocline.Simulation.Tests;

/// <summary>Which answers a write may get.</summary>
internal sealed record Verdict((int Key, Stored? Record)[] Changes, IReadOnlySet<WriteOutcome> Outcomes)
{
    public bool MayBeDone => Outcomes.Contains(WriteOutcome.Done);

    public bool Allows(WriteOutcome outcome) => Outcomes.Contains(outcome);

    public override string ToString() => string.Join(" or ", Outcomes);
}

/// <summary>Says what the store may answer, from the history alone.</summary>
internal static class Judging
{
    public static Verdict Of(WriteOperation[] operations, IReadOnlyDictionary<int, Stored> now, WorldClock clock)
    {
        var outcomes = new HashSet<WriteOutcome>();
        var overlay = new Dictionary<int, Stored>(now);
        var changes = new (int, Stored?)[operations.Length];
        bool canGoOn = true;
        for (int i = 0; i < operations.Length; i++)
        {
            WriteOperation operation = operations[i];
            int key = Array.FindIndex(AllKeys, candidate => operation.Key.Span.SequenceEqual(candidate));
            Stored? stored = overlay.GetValueOrDefault(key);
            Presence presence = History.PresenceOf(stored, clock.NowMs, clock.LatestMs);
            (bool mayHold, bool mayFail) = Holds(operation.Condition, stored, presence);
            if (canGoOn && mayFail)
                outcomes.Add(WriteOutcome.ConditionFailed);
            // What decides lies in the cold store and left the cache again: the writer may try once more.
            if (canGoOn && operation.Condition != default)
                outcomes.Add(WriteOutcome.Busy);
            canGoOn &= mayHold;
            if (operations.Length == 1 && operation.Delete && mayHold && presence != Presence.Present)
                outcomes.Add(WriteOutcome.Absent);
            // Of a record that ended there may be something left to delete.
            if (operations.Length == 1 && operation.Delete && stored is null)
                canGoOn = false;
            // Of what has ended a delete need not leave a mark; when the clock goes back, it may be seen again.
            Stored? left = !operation.Delete ? RecordOf(operation) : presence == Presence.Present ? null : stored;
            changes[i] = (key, left);
            if (left is null)
                overlay.Remove(key);
            else
                overlay[key] = left;
        }

        if (canGoOn)
            outcomes.Add(WriteOutcome.Done);
        return new Verdict(changes, outcomes);
    }

    private static (bool MayHold, bool MayFail) Holds(Condition condition, Stored? stored, Presence presence)
    {
        bool mayBeThere = presence != Presence.Absent, mayBeAway = presence != Presence.Present;
        return condition.Kind switch
        {
            ConditionKind.None => (true, false),
            ConditionKind.Absent => (mayBeAway, mayBeThere),
            ConditionKind.Present => (mayBeThere, mayBeAway),
            ConditionKind.Sequence => stored is { Sequence: 0 }
                ? (mayBeThere, true)
                : (mayBeThere && stored!.Sequence == condition.Sequence, mayBeAway || stored!.Sequence != condition.Sequence),
        };
    }

    private static Stored RecordOf(WriteOperation operation) => new(
        operation.Value.ToArray(), operation.Metadata.ToArray(), operation.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0, 0);

    private static readonly byte[][] AllKeys = [.. Enumerable.Range(0, Values.Keys).Select(Values.KeyOf)];
}
