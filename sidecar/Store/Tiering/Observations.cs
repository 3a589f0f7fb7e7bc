using Thermocline.Store.Packed;

namespace Thermocline.Store.Tiering;

/// <summary>
/// The strength of each packed segment as it was when last looked at. Kept in RAM: after an open a segment is as strong as
/// its age says, and its use counts from then on.
/// </summary>
internal sealed class Observations(ColdOptions options, TimeProvider time)
{
    private readonly Dictionary<int, Seen> _seen = [];

    /// <summary>Strength now, and time since the last write or use.</summary>
    public (double Strength, TimeSpan Idle) Of(PackedSegment segment)
    {
        DateTimeOffset now = time.GetUtcNow();
        long uses = segment.Uses;
        DateTimeOffset written = DateTimeOffset.FromUnixTimeMilliseconds(segment.Directory.MaxWrittenMs);
        Seen seen = _seen.GetValueOrDefault(segment.First, new Seen(Strength.Initial, written, written, 0, null, false));
        double strength = Strength.Decayed(seen.Strength, now - seen.At, options.HalfLife);
        // A file that took another's place counts its uses from zero.
        long fresh = ReferenceEquals(seen.Segment, segment) ? uses - seen.Uses : uses;
        strength = Strength.Reinforced(strength, fresh, Math.Max(1, segment.Trailer.Frames - segment.DeadFrames));
        DateTimeOffset used = fresh > 0 ? now : seen.UsedAt;
        bool archived = seen.IsArchived && ReferenceEquals(seen.Segment, segment);
        _seen[segment.First] = new Seen(strength, now, used, uses, segment, archived);
        return (strength, now - used);
    }

    /// <summary>Whether the segment was packed for the cold store before: not again, even when its level is another.</summary>
    public bool WasArchived(PackedSegment segment) =>
        _seen.TryGetValue(segment.First, out Seen seen) && seen.IsArchived && ReferenceEquals(seen.Segment, segment);

    /// <summary>Notes that a segment was packed for the cold store.</summary>
    public void Archived(PackedSegment before, PackedSegment after)
    {
        if (_seen.TryGetValue(before.First, out Seen seen))
            _seen[after.First] = seen with { Segment = after, Uses = 0, IsArchived = true };
    }

    /// <summary>Forgets what is gone.</summary>
    public void Forget(PackedSegment[] segments)
    {
        foreach (int first in _seen.Keys.Except(segments.Select(static segment => segment.First)).ToArray())
            _seen.Remove(first);
    }

    private readonly record struct Seen(
        double Strength, DateTimeOffset At, DateTimeOffset UsedAt, long Uses, PackedSegment? Segment, bool IsArchived);
}
