using Thermocline.Memory.Caches;
using Thermocline.Sidecar.Governor.Sensing;
using Thermocline.Store;
using Thermocline.Store.Accounting;

namespace Thermocline.Sidecar.Governor;

/// <summary>What the governor watches and turns.</summary>
/// <param name="Store">The store.</param>
/// <param name="Caches">The caches.</param>
/// <param name="HasCold">Whether the store has a cold store.</param>
/// <param name="Sense">Reads memory.</param>
/// <param name="LimitHeap">Limits the managed heap; false when more is in use.</param>
/// <param name="CollectInBackground">Whether full collections may run beside the program; else it waits for them.</param>
/// <param name="TakeSlowest">The longest that a request took which ended since this was last asked.</param>
/// <param name="Time">The clock.</param>
internal sealed record GovernorSetup(
    TieredStore Store, CacheBudget Caches, bool HasCold, Func<MemoryLedger, MemoryReading> Sense, Func<long, bool> LimitHeap,
    Action<bool> CollectInBackground, Func<TimeSpan> TakeSlowest, TimeProvider Time);
