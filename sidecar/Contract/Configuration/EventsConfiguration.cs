namespace Thermocline.Contract.Configuration;

/// <summary>Section <c>events</c>: what carries events.</summary>
public sealed record EventsConfiguration
{
    /// <summary>The engine.</summary>
    public EventEngine Engine { get; init; } = EventEngine.Embedded;

    /// <summary>Events that a topic holds for its slowest group before publishers wait: 1 to 10,000,000.</summary>
    public int BacklogMax { get; init; } = 100_000;

    /// <summary>Milliseconds that a publisher waits for room: 0 to 60,000.</summary>
    public int PublishWaitMs { get; init; } = 50;

    /// <summary>Where Redis is, for that engine.</summary>
    public RedisConfiguration Redis { get; init; } = new();
}
