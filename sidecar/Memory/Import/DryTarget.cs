using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>Takes everything and keeps nothing: what a dry run imports into.</summary>
public sealed class DryTarget : IImportTarget
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(drafts);
        return ValueTask.FromResult<IReadOnlyList<bool>?>([.. drafts.Select(_ => true)]);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>?> WriteAbsentAsync(IReadOnlyList<PortableRecord> records, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(records);
        return ValueTask.FromResult<IReadOnlyList<bool>?>([.. records.Select(_ => true)]);
    }
}
