using Thermocline.Contract.Status;
using Thermocline.Events;
using Thermocline.Sidecar.Events;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>The event bus in the words of the status.</summary>
internal static class EventReports
{
    private const int TopicsShownMax = 100;

    public static EventsReport? Of(IEventBus? bus, MemoryEvents memories)
    {
        if (bus?.Status is not { } status)
            return null;
        return new EventsReport
        {
            Engine = status.Engine,
            Available = status.Available,
            LastFailure = status.LastFailure,
            MemoriesWaiting = memories.Writes?.Waiting ?? 0,
            ReadsUntold = memories.Reads?.Untold ?? 0,
            TopicCount = status.Topics.Count,
            Topics =
            [
                .. status.Topics.OrderByDescending(static topic => topic.Backlog).ThenBy(static topic => topic.Name, StringComparer.Ordinal)
                    .Take(TopicsShownMax).Select(static topic => new EventTopicReport(
                        topic.Name, topic.Published, topic.Refused, topic.Backlog, topic.BacklogBytes,
                        [.. topic.Groups.Select(static group => new EventGroupReport(
                            group.Name, group.Lag, group.OldestUnhandledAt, group.InFlight, group.Handled, group.Redelivered, group.DeadLetters))])),
            ],
        };
    }
}
