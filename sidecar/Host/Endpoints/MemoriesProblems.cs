using Thermocline.Memory;
using Thermocline.Memory.Ids;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>What a client is told when memories cannot be saved, read or searched.</summary>
internal static class MemoriesProblems
{
    /// <summary>No such memory.</summary>
    public static Problem Absent { get; } = new(404, ProblemCode.MemoryAbsent, "There is no such memory.");

    /// <summary>The identifier in the path is none.</summary>
    public static Problem IdInvalid { get; } = new(400, ProblemCode.ParameterInvalid, "The identifier in the path is none.")
    {
        Errors = [new FieldMistake("id", $"Must have {MemoryId.TextLength} characters of Crockford's base 32.")],
    };

    /// <summary>Mistakes in memories to be saved.</summary>
    public static Problem Of(IReadOnlyList<Mistake> mistakes) =>
        mistakes.Any(mistake => mistake.Code == "private-unavailable")
            ? Listed(ProblemCode.PrivateUnavailable, "Private memories need encryption, which this version does not have.", mistakes)
            : Listed(ProblemCode.MemoryInvalid, "A memory is wrong; nothing was stored.", mistakes);

    /// <summary>Mistakes in a search.</summary>
    public static Problem OfSearch(IReadOnlyList<Mistake> mistakes) =>
        mistakes.Any(mistake => mistake.Code == "search-mode-unavailable")
            ? Listed(ProblemCode.SearchModeUnavailable, "This version searches by keyword only.", mistakes)
            : Listed(ProblemCode.SearchInvalid, "The search is wrong.", mistakes);

    /// <summary>The problem of a save that did not take place, or null.</summary>
    public static Problem? Of(SaveAnswer answer, bool isBatch) => answer.Outcome switch
    {
        SaveOutcome.Saved => null,
        SaveOutcome.Mistaken => Of(answer.Mistakes),
        SaveOutcome.Exists => new Problem(409, ProblemCode.MemoryExists, "The identifier is taken; nothing was stored.")
        { Operation = isBatch ? answer.ExistingIndex : null },
        SaveOutcome.Busy => StoreProblems.Busy("Too many writes wait for their commit."),
        SaveOutcome.TooLarge => new Problem(413, ProblemCode.ValueTooLarge,
            "The memories are larger than the store takes at once.", $"At most {Limits.BatchBytesMax:N0} bytes in one batch."),
    };

    private static Problem Listed(string code, string title, IReadOnlyList<Mistake> mistakes) =>
        new(400, code, title) { Errors = [.. mistakes.Select(mistake => new FieldMistake(mistake.Path, mistake.Message))] };
}
