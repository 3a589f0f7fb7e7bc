using Thermocline.Benchmarks.Measure;
using Thermocline.Store;
using Thermocline.Store.Files;

namespace Thermocline.Benchmarks;

/// <summary>Opens and fills a store of ours on real files: the one place that names the engine's constructor.</summary>
internal static class StoreFolder
{
    private const int LoadBatch = 2_000;

    /// <summary>The composed key's start for the collection "b".</summary>
    public static ReadOnlySpan<byte> KeyPrefix => [1, (byte)'b'];

    public static TieredStore Open(string folder, long hotBytes, DurabilityPolicy durability)
    {
        Directory.CreateDirectory(folder);
        var options = new StoreOptions { HotBytes = hotBytes, Durability = durability };
        return TieredStore.Open(options, new DiskFiles(folder), TimeProvider.System);
    }

    /// <summary>Puts every key in atomic batches.</summary>
    public static void Load(TieredStore store, KeySpace space, bool ordered)
    {
        int keyBytes = KeyPrefix.Length + KeySpace.KeyBytes;
        var keys = new byte[LoadBatch * keyBytes];
        var values = new byte[LoadBatch * space.ValueBytes];
        var operations = new WriteOperation[LoadBatch];
        for (int from = 0; from < space.Count; from += LoadBatch)
        {
            int count = Math.Min(LoadBatch, space.Count - from);
            for (int i = 0; i < count; i++)
            {
                Memory<byte> key = keys.AsMemory(i * keyBytes, keyBytes);
                WriteKey(space, from + i, ordered, key.Span);
                Memory<byte> value = values.AsMemory(i * space.ValueBytes, space.ValueBytes);
                space.WriteValue(from + i, value.Span);
                operations[i] = new() { Key = key, Value = value };
            }
            WriteAnswer answer = store.WriteAsync(operations.AsMemory(0, count)).AsTask().GetAwaiter().GetResult();
            if (answer.Outcome != WriteOutcome.Done)
                throw new InvalidOperationException($"The load was answered {answer.Outcome}.");
        }
    }

    private static void WriteKey(KeySpace space, int index, bool ordered, Span<byte> destination)
    {
        KeyPrefix.CopyTo(destination);
        if (ordered)
            KeySpace.WriteOrderedKey(index, destination[KeyPrefix.Length..]);
        else
            space.WriteKey(index, destination[KeyPrefix.Length..]);
    }
}
