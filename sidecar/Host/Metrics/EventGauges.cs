using System.Diagnostics.Metrics;
using Thermocline.Events;
using Thermocline.Sidecar.Events;

namespace Thermocline.Sidecar.Metrics;

/// <summary>What lies on the event bus and how far behind its groups are. There are none where nothing uses a bus.</summary>
internal static class EventGauges
{
    // Topics are named by applications: more than these are counted together.
    private const int TopicsMax = 100;
    private const int GroupsMax = 200;
    private const string Others = "others";

    /// <param name="meter">Where they are added.</param>
    /// <param name="bus">The bus as it was when the scrape began: asked once for each of them.</param>
    /// <param name="time">The clock of ages.</param>
    public static void AddTo(Meter meter, Func<EventBusStatus> bus, TimeProvider time)
    {
        meter.CreateObservableGauge("thermocline_events_available", () => bus().Available ? 1L : 0L, null, "Whether the bus takes events.");
        meter.CreateObservableCounter("thermocline_events_published_total", () => Topics(bus, topic => topic.Published), null, "Events taken.");
        meter.CreateObservableCounter("thermocline_events_refused_total", () => Topics(bus, topic => topic.Refused), null,
            "Events refused because the backlog was full.");
        meter.CreateObservableGauge("thermocline_events_backlog", () => Topics(bus, topic => topic.Backlog), null, "Events held.");
        meter.CreateObservableGauge("thermocline_events_backlog_bytes", () => Topics(bus, topic => topic.BacklogBytes), null, "Bytes of events held.");
        meter.CreateObservableGauge("thermocline_events_lag", () => Groups(bus, group => group.Lag), null, "Events that a group has still to handle.");
        meter.CreateObservableGauge("thermocline_events_lag_seconds", () => Ages(bus, time.GetUtcNow()), null,
            "Age of the oldest event that a group has still to handle.");
        meter.CreateObservableGauge("thermocline_events_in_flight", () => Groups(bus, group => group.InFlight), null, "Deliveries not answered yet.");
        meter.CreateObservableCounter("thermocline_events_handled_total", () => Groups(bus, group => group.Handled), null, "Events handled.");
        meter.CreateObservableCounter("thermocline_events_redelivered_total", () => Groups(bus, group => group.Redelivered), null,
            "Deliveries after the first of an event.");
        meter.CreateObservableCounter("thermocline_events_dead_letters_total", () => Groups(bus, group => group.DeadLetters), null, "Events given up.");
    }

    /// <summary>What memories have to publish of themselves.</summary>
    public static void AddTo(Meter meter, MemoryEvents memories)
    {
        if (memories.Writes is { } writes)
            meter.CreateObservableGauge("thermocline_memory_events_waiting", () => (long)writes.Waiting, null, "Saved memories not published yet.");
        if (memories.Reads is { } reads)
            meter.CreateObservableCounter("thermocline_memory_reads_untold_total", () => reads.Untold, null, "Reads of memories that were not published.");
    }

    private static IEnumerable<Measurement<long>> Topics(Func<EventBusStatus> bus, Func<TopicStatus, long> value)
    {
        IReadOnlyList<TopicStatus> topics = bus().Topics;
        foreach (TopicStatus topic in topics.Take(TopicsMax))
            yield return new Measurement<long>(value(topic), Label("topic", topic.Name));
        if (topics.Count > TopicsMax)
            yield return new Measurement<long>(topics.Skip(TopicsMax).Sum(value), Label("topic", Others));
    }

    private static IEnumerable<Measurement<long>> Groups(Func<EventBusStatus> bus, Func<GroupStatus, long> value)
    {
        (TopicStatus Topic, GroupStatus Group)[] groups = [.. Each(bus)];
        foreach ((TopicStatus topic, GroupStatus group) in groups.Take(GroupsMax))
            yield return new Measurement<long>(value(group), Label("topic", topic.Name), Label("group", group.Name));
        if (groups.Length > GroupsMax)
            yield return new Measurement<long>(groups.Skip(GroupsMax).Sum(each => value(each.Group)), Label("topic", Others), Label("group", Others));
    }

    private static IEnumerable<Measurement<double>> Ages(Func<EventBusStatus> bus, DateTimeOffset now)
    {
        (TopicStatus Topic, GroupStatus Group)[] groups = [.. Each(bus)];
        foreach ((TopicStatus topic, GroupStatus group) in groups.Take(GroupsMax))
            yield return new Measurement<double>(AgeOf(group), Label("topic", topic.Name), Label("group", group.Name));
        if (groups.Length > GroupsMax)
            yield return new Measurement<double>(groups.Skip(GroupsMax).Max(each => AgeOf(each.Group)), Label("topic", Others), Label("group", Others));

        double AgeOf(GroupStatus group) => group.OldestUnhandledAt is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0;
    }

    private static IEnumerable<(TopicStatus Topic, GroupStatus Group)> Each(Func<EventBusStatus> bus) =>
        bus().Topics.SelectMany(static topic => topic.Groups.Select(group => (topic, group)));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
