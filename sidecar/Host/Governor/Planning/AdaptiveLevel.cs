using Thermocline.Store;

namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>
/// What level <c>Adaptive</c> means: harder when the goal was missed several looks running, easier after it was kept with
/// room to spare for longer. The two are apart, and the second takes longer, so that it does not flap.
/// </summary>
/// <param name="Level">Fast, Balanced or Max.</param>
/// <param name="Missed">Looks running at which memory was over the goal.</param>
/// <param name="Roomy">Looks running at which there was room.</param>
internal sealed record AdaptiveLevel(CompressionLevel Level, int Missed, int Roomy)
{
    /// <summary>Looks over the goal before the level is raised, and with room before it is lowered.</summary>
    public const int MissedMax = 3, RoomyMax = 24;

    /// <summary>Where it starts.</summary>
    public static AdaptiveLevel Start { get; } = new(CompressionLevel.Balanced, 0, 0);

    /// <summary>After one more look.</summary>
    public AdaptiveLevel Next(long used, BudgetPlan plan)
    {
        if (used >= plan.High)
            return Missed + 1 >= MissedMax ? new AdaptiveLevel(Harder, 0, 0) : this with { Missed = Missed + 1, Roomy = 0 };
        if (used < plan.Goal - plan.Slack)
            return Roomy + 1 >= RoomyMax ? new AdaptiveLevel(Easier, 0, 0) : this with { Missed = 0, Roomy = Roomy + 1 };
        return this with { Missed = 0, Roomy = 0 };
    }

    private CompressionLevel Harder => Level == CompressionLevel.Fast ? CompressionLevel.Balanced : CompressionLevel.Max;

    private CompressionLevel Easier => Level == CompressionLevel.Max ? CompressionLevel.Balanced : CompressionLevel.Fast;
}
