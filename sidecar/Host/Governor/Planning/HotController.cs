namespace Thermocline.Sidecar.Governor.Planning;

/// <summary>
/// Sets the most that the hot tier may take, look by look, in the manner of Senpai (Weiner et al., "TMO", ASPLOS 2022):
/// what is over the goal is given back at once; room is taken in small steps; and when tasks stand still for want of memory
/// the tier backs off, because the kernel then needs the memory more than we do.
/// </summary>
internal static class HotController
{
    /// <summary>Share of time that tasks may stand still: 10 ms in 6 s, Senpai's target.</summary>
    public const double StallTarget = 0.010 / 6;

    /// <summary>Most of the tier that one look takes away for stalls, and most that one look adds.</summary>
    private const double BackOffMax = 0.10, GrowthMax = 0.05;

    /// <summary>Stalls take no more than this part of what the tier starts with: past that they come from something else.</summary>
    private const int StallFloorShare = 2;

    /// <summary>The tier grows into a quarter of the room a look: what is measured lags behind what was allowed.</summary>
    private const int RoomShare = 4;

    /// <summary>A tier that fills less than this of what it may take does not need more.</summary>
    private const double FullEnough = 0.9;

    /// <summary>The next ceiling of the hot tier, in bytes.</summary>
    /// <param name="plan">The marks and the range.</param>
    /// <param name="used">Bytes in use by the process.</param>
    /// <param name="ceiling">The ceiling so far.</param>
    /// <param name="held">Bytes that the tier holds.</param>
    /// <param name="stall">Share of the time since the last look that some task stood still for want of memory.</param>
    public static long Next(BudgetPlan plan, long used, long ceiling, long held, double stall)
    {
        long room = plan.Goal - used;
        long next = ceiling;
        if (room < 0)
            next = Math.Min(ceiling, held) + room;
        else if (stall > StallTarget)
            next = Math.Max(
                (long)(Math.Min(ceiling, held) * (1 - Math.Min(BackOffMax, GrowthMax * stall / StallTarget))),
                Math.Min(ceiling, plan.HotBytesStart / StallFloorShare));
        else if (held >= ceiling * FullEnough)
            next = ceiling + (long)Math.Min((double)room / RoomShare, plan.HotBytesMax * GrowthMax);
        return Math.Clamp(next, plan.HotBytesMin, plan.HotBytesMax);
    }
}
