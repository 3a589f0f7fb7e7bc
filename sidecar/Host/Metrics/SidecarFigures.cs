using Thermocline.Events;
using Thermocline.Memory.Caches;
using Thermocline.Sidecar.Events;
using Thermocline.Sidecar.Tiering;
using Thermocline.Store;

namespace Thermocline.Sidecar.Metrics;

/// <summary>Where the figures of a sidecar come from.</summary>
/// <param name="Store">The store.</param>
/// <param name="Cold">The cold store.</param>
/// <param name="Caches">The caches.</param>
/// <param name="Governor">The governor.</param>
/// <param name="Bus">The event bus; null when nothing uses it.</param>
/// <param name="MemoryEvents">What memories publish.</param>
internal sealed record SidecarFigures(TieredStore Store, ColdHealth Cold, CacheBudget Caches, Governor.Governor Governor, IEventBus? Bus, MemoryEvents MemoryEvents);
