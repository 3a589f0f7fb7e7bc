using Thermocline.Events.Embedded.Blocks;

namespace Thermocline.Events.Embedded.Delivering.Window;

/// <summary>
/// What a record says of events that are not in the window yet. It is asked in the order of offsets. Not safe for several threads.
/// </summary>
internal sealed class KnownProgress(GroupRecord record)
{
    private int _run;
    private int _tried;

    /// <summary>Whether an event is handled already.</summary>
    public bool TakeHandled(long offset)
    {
        while (_run < record.Handled.Count && record.Handled[_run].First + record.Handled[_run].Count <= offset)
            _run++;
        return _run < record.Handled.Count && record.Handled[_run].First <= offset;
    }

    /// <summary>How often an event was delivered before.</summary>
    public int TakeAttempts(long offset)
    {
        while (_tried < record.Attempts.Count && record.Attempts[_tried].Offset < offset)
            _tried++;
        return _tried < record.Attempts.Count && record.Attempts[_tried].Offset == offset ? record.Attempts[_tried].Attempts : 0;
    }

    /// <summary>Handled events from an offset on.</summary>
    public long HandledFrom(long offset)
    {
        long count = 0;
        foreach ((long first, long length) in record.Handled)
            count += Math.Max(0, first + length - Math.Max(first, offset));
        return count;
    }

    /// <summary>Adds what is known from an offset on.</summary>
    public void Describe(long from, List<(long First, long Count)> handled, List<(long Offset, int Attempts)> attempts)
    {
        foreach ((long first, long count) in record.Handled)
        {
            long begin = Math.Max(first, from);
            if (first + count <= begin)
                continue;
            if (handled.Count > 0 && handled[^1].First + handled[^1].Count == begin)
                handled[^1] = (handled[^1].First, handled[^1].Count + first + count - begin);
            else
                handled.Add((begin, first + count - begin));
        }

        foreach ((long offset, int tried) in record.Attempts)
        {
            if (offset >= from)
                attempts.Add((offset, tried));
        }
    }
}
