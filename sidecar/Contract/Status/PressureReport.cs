namespace Thermocline.Contract.Status;

/// <summary>Whether memory runs short, and what was done.</summary>
public sealed record PressureReport
{
    /// <summary><c>unwatched</c> while no governor watches the pressure.</summary>
    public string State { get; init; } = "unwatched";

    /// <summary>Steps taken, newest last.</summary>
    public IReadOnlyList<PressureAction> Actions { get; init; } = [];
}
