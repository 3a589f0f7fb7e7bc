using Thermocline.Store;
using Thermocline.Store.Cold.Resilience;

namespace Thermocline.Sidecar.Tiering;

/// <summary>The cold store as the host sees it: its figures, and whether anything is worse for it.</summary>
/// <param name="cold">The cold store, or null when none is configured.</param>
internal sealed class ColdHealth(ResilientColdStore? cold)
{
    /// <summary>Figures of this moment, or null when there is none.</summary>
    public ColdStatus? Status => cold?.Status;

    /// <summary>
    /// What does not work while everything local does, in fixed words that quote nothing. Empty when nothing is wrong.
    /// </summary>
    public IReadOnlyList<string> Degraded(StoreStatus store)
    {
        if (store.Cold is not { } tier || Status is not { } wire)
            return [];
        List<string> degraded = [];
        if (wire.Circuit != ColdCircuit.Closed)
            degraded.Add("the cold store failed repeatedly and is left alone for a while");
        else if (tier is { LastFailure: not null, Available: false })
            degraded.Add("the cold store does not answer");
        if (tier is { Claimed: false, Epoch: > 0 })
            degraded.Add("another process has taken over the cold store: nothing is shipped any more");
        else if (tier is { LastFailure: not null, Available: true })
            degraded.Add("the cold store refuses what is asked of it: nothing is shipped");
        return degraded;
    }
}
