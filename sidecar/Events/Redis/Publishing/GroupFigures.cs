namespace Thermocline.Events.Redis.Publishing;

/// <summary>What the server knows of a group.</summary>
/// <param name="Lag">Events it has not acknowledged.</param>
/// <param name="OldestAt">When the oldest of them was published, or null.</param>
internal readonly record struct GroupFigures(long Lag, DateTimeOffset? OldestAt)
{
    /// <summary>Of two streams together.</summary>
    public GroupFigures And(GroupFigures other) => new(
        Lag + other.Lag,
        OldestAt is null || other.OldestAt < OldestAt ? other.OldestAt ?? OldestAt : OldestAt);
}
