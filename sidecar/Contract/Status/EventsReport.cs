namespace Thermocline.Contract.Status;

/// <summary>The event bus. Counters count since the sidecar started.</summary>
public sealed record EventsReport
{
    /// <summary>What carries the events: <c>embedded</c>.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Whether it takes events.</summary>
    public bool Available { get; init; }

    /// <summary>Its last failure, or null.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Saved memories that are not published yet; 0 where <c>events.publish</c> does not name <c>memory.write</c>.</summary>
    public int MemoriesWaiting { get; init; }

    /// <summary>Reads of memories that were not published, for want of room.</summary>
    public long ReadsUntold { get; init; }

    /// <summary>Topics there are; the list below may be shorter.</summary>
    public int TopicCount { get; init; }

    /// <summary>The topics with the largest backlogs, at most 100.</summary>
    public IReadOnlyList<EventTopicReport> Topics { get; init; } = [];
}
