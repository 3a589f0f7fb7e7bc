namespace Thermocline.Events;

/// <summary>Figures of a topic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Published">Events taken.</param>
/// <param name="Refused">Events refused for want of room.</param>
/// <param name="Backlog">Events held now.</param>
/// <param name="BacklogBytes">Their bytes, where the engine knows.</param>
/// <param name="Groups">Who takes them.</param>
public sealed record TopicStatus(
    string Name, long Published, long Refused, long Backlog, long BacklogBytes, IReadOnlyList<GroupStatus> Groups);
