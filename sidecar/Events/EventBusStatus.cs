namespace Thermocline.Events;

/// <summary>Figures of a bus. Counts are of this process.</summary>
/// <param name="Engine"><c>embedded</c>, <c>dapr</c> or <c>redis</c>.</param>
/// <param name="Available">Whether the engine answers.</param>
/// <param name="LastFailure">The last failure of the engine, for people, or null.</param>
/// <param name="Topics">Its topics.</param>
public sealed record EventBusStatus(string Engine, bool Available, string? LastFailure, IReadOnlyList<TopicStatus> Topics);
