using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Testing;

/// <summary>
/// A fixed mix of writes on a store, with a record of what was tried and what was acknowledged, so that a store reopened
/// after any failure can be compared with every state it may be in.
/// </summary>
public sealed class CrashScenario(StoreOptions options, IReadOnlyList<IReadOnlyList<WriteOperation>> steps, int packEvery = 0)
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);

    /// <summary>Steps that were acknowledged: the state must contain them.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Steps before which the store had written a delta.</summary>
    public int StepsAfterDeltas { get; private set; }

    /// <summary>Steps that were tried: the state can contain them.</summary>
    public int Tried { get; private set; }

    /// <summary>Puts, replacements, deletes, batches and expiries over a few keys, filling several segments.</summary>
    public static CrashScenario Mixed(DurabilityPolicy policy, int count = 60, int packEvery = 0)
    {
        var random = new Random(7);
        var steps = new List<IReadOnlyList<WriteOperation>>();
        for (int i = 0; i < count; i++)
        {
            string key = $"key {random.Next(12)}";
            steps.Add(random.Next(10) switch
            {
                < 4 => [Stores.Put(key, new string('v', random.Next(200)) + i)],
                < 5 => [Stores.Put("edited", Edited(i))],
                < 6 => [Stores.Put(key, $"{i} large " + new string('x', 9_000))],
                < 8 => [Stores.Delete(key)],
                < 9 => [Stores.Put("batch a", $"{i}"), Stores.Delete(key), Stores.Put("batch b", $"{i}")],
                _ => [Stores.Put("edited", Edited(i)), Stores.Put(key, $"{i}"), Stores.Put("edited", Edited(i + 1000))],
            });
        }

        StoreOptions options = Stores.Small with
        {
            Durability = policy,
            SegmentFrames = 16,
            SyncInterval = TimeSpan.FromMinutes(1),
        };
        return new CrashScenario(options, steps, packEvery);
    }

    /// <summary>Opens, runs every step, closes and opens again for more. Stops quietly at the first failure.</summary>
    public async Task RunAsync(IFiles files)
    {
        try
        {
            int half = steps.Count / 2;
            using (TieredStore first = TieredStore.Open(options, files, TimeProvider.System))
                await RunStepsAsync(first, 0, half);
            using TieredStore second = TieredStore.Open(options, files, TimeProvider.System);
            await RunStepsAsync(second, half, steps.Count);
        }
        catch (Exception failure) when (failure is StoreException or IOException)
        {
            // The scenario ends where the disk fails; what counts is what is found afterwards.
        }
    }

    /// <summary>
    /// The number of steps whose effect the store shows, or -1 when it shows no prefix of the scenario between
    /// <see cref="Acknowledged"/> and <see cref="Tried"/>.
    /// </summary>
    public int FindPrefix(TieredStore store)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string key in store.List())
            found[key] = store.Text(key) ?? "listed but absent";
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int count = 0; count <= Tried; count++)
        {
            if (count >= Acknowledged && model.SequenceEqual(found))
                return count;
            if (count < Tried)
                Apply(model, steps[count]);
        }

        return -1;
    }

    /// <summary>Long values that differ in little.</summary>
    private static string Edited(int step) =>
        string.Join(' ', Enumerable.Range(0, 200).Select(word => word == step % 200 ? $"edit {step}" : $"word {word}"));

    private static void Apply(SortedDictionary<string, string> model, IReadOnlyList<WriteOperation> step)
    {
        foreach (WriteOperation operation in step)
        {
            string key = System.Text.Encoding.UTF8.GetString(Keys.KeyOf(operation.Key.Span));
            if (operation.Delete)
                model.Remove(key);
            else
                model[key] = System.Text.Encoding.UTF8.GetString(operation.Value.Span);
        }
    }

    private async Task RunStepsAsync(TieredStore store, int first, int end)
    {
        for (int i = first; i < end; i++)
        {
            StepsAfterDeltas += store.Status.DeltaFrames > 0 ? 1 : 0;
            Tried = i + 1;
            WriteOperation[] step = [.. steps[i]];
            WriteAnswer answer = step.Length == 1
                ? await store.WriteAsync(step[0])
                : await store.WriteAsync(step);
            // A delete of nothing changes nothing, so it counts as done.
            if (answer.Outcome is WriteOutcome.Done or WriteOutcome.Absent && (answer.Durable || IsDurableByPolicy))
                Acknowledged = i + 1;
            // Sealing runs in the background; waiting for it makes the order of the file calls the same in every run.
            SpinWait.SpinUntil(() => store.IsSettled, SettleLimit);
            if (packEvery > 0 && i % packEvery == 0)
                store.Pack(CancellationToken.None);
        }
    }

    private bool IsDurableByPolicy => options.Durability == DurabilityPolicy.Always;
}
