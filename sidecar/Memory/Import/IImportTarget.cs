namespace Thermocline.Memory.Import;

/// <summary>Where imported records go: a store in this process, a running sidecar, or nowhere.</summary>
public interface IImportTarget
{
    /// <summary>Saves the drafts that are not there yet; each carries its identifier.</summary>
    /// <returns>For each draft whether it was created (false: it was there), or null when the target is busy.</returns>
    ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation);
}
