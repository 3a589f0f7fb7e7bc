namespace Thermocline.Events.Embedded.Publishing;

/// <summary>Publications that wait for room, first come first served. The topic's lock is held, but for <see cref="Count"/>.</summary>
internal sealed class RoomLine(EngineParts parts)
{
    private readonly LinkedList<Publication> _line = new();
    private int _count;

    /// <summary>How many wait. May be asked by any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether one more may.</summary>
    public bool MayWait => _line.Count < parts.Options.PublishersWaitingMax && parts.Options.PublishWaitMax > TimeSpan.Zero;

    public Publication? First => _line.First?.Value;

    public void Add(Publication publication, CancellationToken cancellation)
    {
        _line.AddLast(publication.Place);
        // Before the look at the groups' progress that follows: one of the two sees the other.
        Interlocked.Exchange(ref _count, _line.Count);
        publication.BeginToWait(parts.Time, parts.Options.PublishWaitMax, cancellation);
    }

    public void Remove(Publication publication)
    {
        _line.Remove(publication.Place);
        Interlocked.Exchange(ref _count, _line.Count);
        publication.EndToWait();
    }

    /// <summary>Takes one out whose time is over or whose caller gave up; false when it goes on waiting, or does not wait.</summary>
    public bool TryEnd(Publication publication)
    {
        if (!publication.Waits)
            return false;
        TimeSpan left = publication.Left(parts.Time, parts.Options.PublishWaitMax);
        if (publication.IsCancelled || left <= TimeSpan.Zero)
        {
            Remove(publication);
            return true;
        }

        // A timer that was meant for an earlier use, or went off a little early.
        publication.WaitOn(left);
        return false;
    }
}
