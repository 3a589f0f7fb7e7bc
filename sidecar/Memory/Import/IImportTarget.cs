using Thermocline.Memory.Portable;

namespace Thermocline.Memory.Import;

/// <summary>Where imported records go: a store in this process, a running sidecar, or nowhere.</summary>
public interface IImportTarget
{
    /// <summary>Saves the drafts that are not there yet; each carries its identifier.</summary>
    /// <returns>For each draft whether it was created (false: it was there), or null when the target is busy.</returns>
    ValueTask<IReadOnlyList<bool>?> SaveAbsentAsync(IReadOnlyList<MemoryDraft> drafts, CancellationToken cancellation);

    /// <summary>Writes the records whose keys are not taken, as they are.</summary>
    /// <returns>For each record whether it was written (false: its key was taken), or null when the target is busy.</returns>
    /// <exception cref="ImportException">The target cannot take one of them; the message says which and why.</exception>
    ValueTask<IReadOnlyList<bool>?> WriteAbsentAsync(IReadOnlyList<PortableRecord> records, CancellationToken cancellation);
}
