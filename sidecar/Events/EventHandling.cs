namespace Thermocline.Events;

/// <summary>Handles one delivery. An exception counts as <see cref="Handling.Retry"/>; so does no answer in time.</summary>
public delegate ValueTask<Handling> EventHandling(EventDelivery delivery, CancellationToken cancellation);
