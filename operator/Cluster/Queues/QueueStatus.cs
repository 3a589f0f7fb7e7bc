namespace Thermocline.Operator.Cluster.Queues;

/// <summary>Figures of a queue at one moment.</summary>
/// <param name="Waiting">Objects that wait for a worker.</param>
/// <param name="Working">Objects that are worked on.</param>
/// <param name="Timers">Objects that come again later.</param>
/// <param name="Added">Times an object began to wait.</param>
/// <param name="Retries">Times an object was to come again because something failed.</param>
internal sealed record QueueStatus(int Waiting, int Working, int Timers, long Added, long Retries);
