using Thermocline.Memory.Portable;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Import;

/// <summary>Imports into a store in this process.</summary>
public sealed class StoreTarget(Memories memories, TieredStore store) : IImportTarget
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation)
    {
        SaveAnswer answer = await memories.SaveAbsentAsync(drafts);
        return answer.Outcome switch
        {
            SaveOutcome.Saved => [.. answer.Memories.Select(saved => saved.Created)],
            SaveOutcome.Busy => null,
            SaveOutcome.Mistaken or SaveOutcome.Exists or SaveOutcome.TooLarge =>
                throw new InvalidOperationException($"A checked batch of {drafts.Count} records was answered {answer.Outcome}."),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<bool>?> WriteAbsentAsync(IReadOnlyList<PortableRecord> records, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(records);
        bool[] written = [.. Enumerable.Repeat(true, records.Count)];
        WriteOperation[] batch =
        [
            .. records.Select(record => new WriteOperation
            {
                Key = record.Key,
                Value = record.Value,
                Metadata = record.Metadata,
                ExpiresAt = record.ExpiresAt,
                Condition = Condition.IfAbsent,
            }),
        ];
        WriteAnswer? answer = await new AbsentBatch(batch, rest => store.WriteAsync(rest), index => written[index] = false).WriteAsync(store);
        return answer?.Outcome switch
        {
            null or WriteOutcome.Done => written,
            WriteOutcome.Busy => null,
            _ => throw new InvalidOperationException($"A checked batch of {records.Count} records was answered {answer?.Outcome}."),
        };
    }
}
