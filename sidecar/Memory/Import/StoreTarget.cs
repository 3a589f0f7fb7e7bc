namespace Thermocline.Memory.Import;

/// <summary>Imports into a store in this process.</summary>
public sealed class StoreTarget(Memories memories) : IImportTarget
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
}
