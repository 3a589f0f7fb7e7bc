namespace Thermocline.Contract.Status;

/// <summary>One topic of the event bus.</summary>
/// <param name="Name">Its name; those of Dapr have their Component's before a slash.</param>
/// <param name="Published">Events taken.</param>
/// <param name="Refused">Events refused because the backlog was full.</param>
/// <param name="Backlog">Events held now.</param>
/// <param name="BacklogBytes">Their bytes.</param>
/// <param name="Groups">Who takes them.</param>
public sealed record EventTopicReport(
    string Name, long Published, long Refused, long Backlog, long BacklogBytes, IReadOnlyList<EventGroupReport> Groups);
