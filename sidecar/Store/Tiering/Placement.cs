namespace Thermocline.Store.Tiering;

/// <summary>What a decision about placement needs to know of a packed segment.</summary>
/// <param name="First">Its first number.</param>
/// <param name="IsCold">Whether its chunks are in the cold store alone.</param>
/// <param name="IsPublished">Whether the bucket has it as it is.</param>
/// <param name="Strength">Its strength now.</param>
/// <param name="Idle">Time since its last write or use.</param>
/// <param name="DeadPercent">Share of its records that nothing needs any more.</param>
/// <param name="LocalBytes">Bytes its chunks take, or would take, on the local disk.</param>
internal readonly record struct Placed(
    int First, bool IsCold, bool IsPublished, double Strength, TimeSpan Idle, int DeadPercent, long LocalBytes);

/// <summary>A segment that changes its place.</summary>
/// <param name="First">Its first number.</param>
/// <param name="ToCold">Whether it leaves the local disk, or comes back.</param>
/// <param name="Reason">Why, in words.</param>
internal readonly record struct Move(int First, bool ToCold, string Reason);

/// <summary>Decides which segments leave the local disk and which come back. Pure.</summary>
internal static class Placement
{
    /// <summary>The next moves, the weakest first, at most <see cref="ColdOptions.MovesMax"/>.</summary>
    public static IReadOnlyList<Move> Decide(IReadOnlyList<Placed> segments, ColdOptions options)
    {
        var moves = new List<Move>();
        long warm = segments.Sum(static segment => segment.IsCold ? 0 : segment.LocalBytes);
        foreach (Placed segment in segments.Where(static segment => !segment.IsCold).OrderBy(static segment => segment.Strength))
        {
            if (moves.Count == options.MovesMax)
                return moves;
            if (WhyCold(segment, warm, options) is not { } reason)
                continue;
            // Nothing leaves before the bucket has it: then it counts as leaving already, so that no other goes in its stead.
            warm -= segment.LocalBytes;
            if (segment.IsPublished)
                moves.Add(new Move(segment.First, true, reason));
        }

        foreach (Placed segment in segments.Where(static segment => segment.IsCold).OrderByDescending(static segment => segment.Strength))
        {
            if (moves.Count == options.MovesMax)
                break;
            if (warm + segment.LocalBytes > options.WarmBytesMax || WhyWarm(segment, options) is not { } reason)
                continue;
            warm += segment.LocalBytes;
            moves.Add(new Move(segment.First, false, reason));
        }

        return moves;
    }

    private static string? WhyWarm(in Placed segment, ColdOptions options)
    {
        // What is mostly dead comes back to be packed again, without the dead; then it leaves once more.
        if (segment.DeadPercent >= Packing.PackPlan.DeadPercent)
            return $"{segment.DeadPercent} % of it is dead";
        return segment.Strength >= options.HotStrengthMin ? $"its strength rose to {segment.Strength:0.00}" : null;
    }

    private static string? WhyCold(in Placed segment, long warmBytes, ColdOptions options)
    {
        if (warmBytes > options.WarmBytesMax)
            return $"the warm tier holds {warmBytes:N0} bytes of {options.WarmBytesMax:N0}";
        if (segment.Idle >= options.ArchiveAge)
            return $"it was not used for {segment.Idle.TotalDays:0.#} days";
        return segment.Strength < options.WarmStrengthMin ? $"its strength fell to {segment.Strength:0.00}" : null;
    }
}
