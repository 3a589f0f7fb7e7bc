using Thermocline.Events;
using Thermocline.Events.Dapr;

namespace Thermocline.Sidecar.Events;

/// <summary>The event bus of a sidecar.</summary>
/// <param name="Bus">What publishes and delivers.</param>
/// <param name="Deliveries">What Dapr's deliveries are given to; null when the engine is another.</param>
internal sealed record OpenBus(IEventBus Bus, DaprDeliveries? Deliveries);
