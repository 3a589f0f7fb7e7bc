using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>What was read and not yet written: memories, and records that are written as they are.</summary>
internal sealed class ImportBatch
{
    private readonly List<MemoryDraft> _drafts = [];
    private readonly List<PortableRecord> _records = [];
    private long _bytes;

    public bool IsFull => _drafts.Count + _records.Count >= ImportLimits.BatchRecordsMax || _bytes >= ImportLimits.BatchBytesMax;

    public void Add(MemoryDraft draft)
    {
        _drafts.Add(draft);
        _bytes += draft.Content.Length + draft.Metadata.Length;
    }

    public void Add(PortableRecord record)
    {
        _records.Add(record);
        _bytes += record.Key.Length + record.Value.Length + record.Metadata.Length;
    }

    /// <summary>Writes everything, adds what became of it to the summary, and is empty then.</summary>
    /// <exception cref="ImportException">The target was busy too often.</exception>
    public async Task<ImportSummary> WriteAsync(IImportTarget target, ImportSummary summary, Func<int, Task> wait, CancellationToken cancellation)
    {
        if (_drafts.Count > 0)
        {
            IReadOnlyList<bool> created = await PatientlyAsync(() => target.SaveAbsentAsync(_drafts, cancellation), wait);
            summary = Count(summary, created, index => _drafts[index].Content.Length);
            _drafts.Clear();
        }

        if (_records.Count > 0)
        {
            IReadOnlyList<bool> written = await PatientlyAsync(() => target.WriteAbsentAsync(_records, cancellation), wait);
            summary = Count(summary, written, index => _records[index].Value.Length);
            _records.Clear();
        }

        _bytes = 0;
        return summary;
    }

    private static ImportSummary Count(ImportSummary summary, IReadOnlyList<bool> written, Func<int, int> bytesOf)
    {
        long records = 0;
        long bytes = 0;
        for (int i = 0; i < written.Count; i++)
        {
            records += written[i] ? 1 : 0;
            bytes += written[i] ? bytesOf(i) : 0;
        }

        return summary with
        {
            Records = summary.Records + records,
            Present = summary.Present + written.Count - records,
            ContentBytes = summary.ContentBytes + bytes,
        };
    }

    private static async Task<IReadOnlyList<bool>> PatientlyAsync(Func<ValueTask<IReadOnlyList<bool>?>> write, Func<int, Task> wait)
    {
        for (int attempt = 0; attempt < ImportLimits.BusyRetriesMax; attempt++)
        {
            if (await write() is { } written)
                return written;
            await wait(attempt);
        }

        throw new ImportException($"The target was busy {ImportLimits.BusyRetriesMax} times in a row.");
    }
}
