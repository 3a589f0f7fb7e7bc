namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>events</c>: what carries events.</summary>
public sealed record EventsConfiguration
{
    /// <summary>The kind that says that a memory was saved.</summary>
    public const string MemoryWrite = "memory.write";

    /// <summary>The kind that says that a memory was read.</summary>
    public const string MemoryAccess = "memory.access";

    /// <summary>What names of topics begin with that the sidecar keeps for events on their way to another engine.</summary>
    public const string OutboxPrefix = "outbox.";

    /// <summary>The topic of events that another engine never takes.</summary>
    public const string OutboxRefused = "outbox-refused";

    /// <summary>Kinds of events that memories may publish of themselves: what <see cref="Publish"/> knows.</summary>
    public static readonly IReadOnlyList<string> KindNames = [MemoryWrite, MemoryAccess];

    /// <summary>The engine.</summary>
    public EventEngine Engine { get; init; } = EventEngine.Embedded;

    /// <summary>Events that a topic holds for its slowest group before publishers wait: 1 to 10,000,000.</summary>
    public int BacklogMax { get; init; } = 100_000;

    /// <summary>Milliseconds that a publisher waits for room: 0 to 60,000.</summary>
    public int PublishWaitMs { get; init; } = 50;

    /// <summary>Kinds of events that memories publish of themselves, each to the topic of its name; none unless it is told.</summary>
    public IReadOnlyList<string> Publish { get; init; } = [];

    /// <summary>Where Redis is, for that engine.</summary>
    public RedisConfiguration Redis { get; init; } = new();

    /// <summary>Which broker of Dapr's, for that engine.</summary>
    public EventsDaprConfiguration Dapr { get; init; } = new();

    /// <summary>Whether a topic of that name is the sidecar's own.</summary>
    public static bool IsOutbox(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic == OutboxRefused || topic.StartsWith(OutboxPrefix, StringComparison.Ordinal);
    }
}
