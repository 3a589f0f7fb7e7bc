namespace Thermocline.Events;

/// <summary>An engine could not do what was asked of it now.</summary>
public sealed class EventBusException(string message, Exception inner) : Exception(message, inner);
