namespace Thermocline.Store;

/// <summary>When segments go to the cold store and leave the local disk. Used when a cold store is given to the store.</summary>
public sealed record ColdOptions
{
    /// <summary>Whether a thread does it. Without, <see cref="TieredStore.ShipAsync"/> does.</summary>
    public bool Background { get; init; } = true;

    /// <summary>Longest time between a write and its shipment: what a lost node can lose. 1 second to 1 day.</summary>
    public TimeSpan ShipInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of packed segments on the local disk, beyond which the weakest leave it: at least 1 MiB.</summary>
    public long WarmBytesMax { get; init; } = 10L << 30;

    /// <summary>Strength from which a segment that lives in the cold store alone is brought back: 0 to 1.</summary>
    public double HotStrengthMin { get; init; } = 0.7;

    /// <summary>Strength below which a segment leaves the local disk: 0 to <see cref="HotStrengthMin"/>.</summary>
    public double WarmStrengthMin { get; init; } = 0.3;

    /// <summary>Time in which strength halves: 1 minute to 10 years.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Time without a write or a read after which a segment leaves the local disk, whatever its strength.</summary>
    public TimeSpan ArchiveAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Segments that leave or come back in one round: 1 to 1,000.</summary>
    public int MovesMax { get; init; } = 16;

    /// <summary>Time for which an object that nobody names is kept: 10 minutes to 30 days, longer than an upload takes.</summary>
    public TimeSpan GarbageDelay { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two looks for such objects.</summary>
    public TimeSpan GarbageInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Level at which a segment is packed again before it leaves the local disk, or null to send it as it is.</summary>
    public CompressionLevel? ArchiveLevel { get; init; } = CompressionLevel.Max;

    /// <summary>Names every value that is out of range.</summary>
    internal IEnumerable<string> Mistakes()
    {
        if (ShipInterval < TimeSpan.FromSeconds(1) || ShipInterval > TimeSpan.FromDays(1))
            yield return $"{nameof(ShipInterval)} is {ShipInterval}; it may be 1 second to 1 day.";
        if (WarmBytesMax < 1 << 20)
            yield return $"{nameof(WarmBytesMax)} is {WarmBytesMax:N0}; it may be 1 MiB and more.";
        if (HotStrengthMin is not (>= 0 and <= 1) || !(WarmStrengthMin >= 0 && WarmStrengthMin <= HotStrengthMin))
            yield return $"{nameof(WarmStrengthMin)} is {WarmStrengthMin}, {nameof(HotStrengthMin)} is {HotStrengthMin}; "
                + "they may be 0 to 1, the first not above the second.";
        if (HalfLife < TimeSpan.FromMinutes(1) || HalfLife > TimeSpan.FromDays(3650))
            yield return $"{nameof(HalfLife)} is {HalfLife}; it may be 1 minute to 10 years.";
        if (ArchiveAge < TimeSpan.FromMinutes(1))
            yield return $"{nameof(ArchiveAge)} is {ArchiveAge}; it may be 1 minute and more.";
        if (MovesMax is < 1 or > 1000)
            yield return $"{nameof(MovesMax)} is {MovesMax}; it may be 1 to 1,000.";
        if (GarbageDelay < TimeSpan.FromMinutes(10) || GarbageDelay > TimeSpan.FromDays(30))
            yield return $"{nameof(GarbageDelay)} is {GarbageDelay}; it may be 10 minutes to 30 days.";
        if (GarbageInterval < TimeSpan.FromSeconds(1))
            yield return $"{nameof(GarbageInterval)} is {GarbageInterval}; it may be 1 second and more.";
    }
}
