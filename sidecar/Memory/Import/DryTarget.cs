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
}
