using Thermocline.Memory.Ids;

namespace Thermocline.Memory;

/// <summary>How a save ended.</summary>
public enum SaveOutcome
{
    /// <summary>All drafts are saved.</summary>
    Saved,

    /// <summary>At least one draft is wrong: nothing was written.</summary>
    Mistaken,

    /// <summary>A draft's identifier is taken: nothing was written.</summary>
    Exists,

    /// <summary>Too many writes wait for their commit: nothing was written, try again.</summary>
    Busy,

    /// <summary>The batch is larger than the store takes at once: nothing was written.</summary>
    TooLarge,
}

/// <summary>One saved memory.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="CreatedAt">When it came to be.</param>
/// <param name="Created">False when it was there before and was left as it is.</param>
public readonly record struct SavedMemory(MemoryId Id, DateTimeOffset CreatedAt, bool Created);

/// <summary>The answer to a save.</summary>
public sealed record SaveAnswer(SaveOutcome Outcome)
{
    /// <summary>One entry a draft, in their order, when saved.</summary>
    public IReadOnlyList<SavedMemory> Memories { get; init; } = [];

    /// <summary>Everything wrong with the drafts, up to <see cref="MemoryLimits.MistakesMax"/>.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; init; } = [];

    /// <summary>Whether the disk has it, or only the operating system.</summary>
    public bool Durable { get; init; }

    /// <summary>Sequence number of the last written frame, 0 when nothing was written.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Index of the draft whose identifier is taken.</summary>
    public int ExistingIndex { get; init; }
}
