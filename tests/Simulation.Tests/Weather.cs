using Thermocline.Store.Cold.Resilience;
using Thermocline.Testing.Cold;

namespace Thermocline.Simulation.Tests;

/// <summary>Decides what goes wrong with each request to the bucket of a world.</summary>
/// <param name="random">The world's.</param>
/// <param name="percent">Of the requests meet trouble.</param>
/// <param name="conditions">Whether the bucket has conditional writes.</param>
internal sealed class Weather(Random random, int percent, bool conditions)
{
    private static readonly ColdTrouble[] OfWrites =
        [ColdTrouble.Unavailable, ColdTrouble.AnswerLost, ColdTrouble.Late, ColdTrouble.Duplicate, ColdTrouble.Conflict];

    private static readonly ColdTrouble[] OfReads =
        [ColdTrouble.Unavailable, ColdTrouble.AnswerLost, ColdTrouble.Refused];

    public bool IsFair { get; set; }

    /// <summary>Whether there are two writers: only a bucket that shows the newest manifest can tell them apart.</summary>
    public bool IsContested { get; set; }

    /// <summary>Requests that failed, or showed something old.</summary>
    public long Struck { get; private set; }

    public ColdTrouble Of(ColdCall call)
    {
        if (IsFair || random.Next(100) >= percent)
            return ColdTrouble.None;
        ColdTrouble trouble = Choose(call);
        if (trouble is not (ColdTrouble.None or ColdTrouble.Duplicate))
            Struck++;
        return trouble;
    }

    private ColdTrouble Choose(ColdCall call)
    {
        if (call.Kind is ColdOperation.Put or ColdOperation.Upload)
        {
            ColdTrouble trouble = OfWrites[random.Next(OfWrites.Length)];
            // Without conditions nothing can keep a manifest that comes late from replacing a newer one.
            bool comesLater = trouble is ColdTrouble.Late or ColdTrouble.Duplicate;
            return comesLater && !conditions && call.Name == "manifest" ? ColdTrouble.Unavailable : trouble;
        }

        // What a bucket shows late is the manifest and its listings: whole objects under names never used before are there.
        bool mayBeStale = conditions && (call.Kind == ColdOperation.List || (!IsContested && call is { Kind: ColdOperation.Get, Name: "manifest" }));
        if (mayBeStale && random.Next(3) == 0)
            return ColdTrouble.Stale;
        // A refusal while conditions are tried would say that there are none.
        ColdTrouble chosen = OfReads[random.Next(OfReads.Length)];
        return chosen == ColdTrouble.Refused && call.Name.StartsWith("probe/", StringComparison.Ordinal)
            ? ColdTrouble.Unavailable
            : chosen;
    }
}
