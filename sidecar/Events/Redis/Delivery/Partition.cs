namespace Thermocline.Events.Redis.Delivery;

/// <summary>One stream of the topic, as one subscription sees it. Changed by the subscription's loop alone.</summary>
internal sealed class Partition(int number, string stream, string lease)
{
    private Tenure? _before;

    public int Number => number;

    public string Stream => stream;

    public string Lease => lease;

    /// <summary>The hold on it, or null.</summary>
    public Tenure? Tenure { get; private set; }

    /// <summary>Whether what is not acknowledged has yet to be looked at; nothing new is read before.</summary>
    public bool IsRecovering { get; private set; }

    /// <summary>The last entry that was looked at so far; null at the beginning.</summary>
    public StreamId? RecoveredTo { get; set; }

    /// <summary>Whether it goes to another member as soon as nothing of it is held.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>The last entry the group was given.</summary>
    public StreamId LastRead { get; set; }

    /// <summary>Whether new entries are read.</summary>
    public bool IsReading => Tenure is not null && !IsRecovering && !IsLeaving;

    /// <summary>Whether handlers of the hold before still run: they were told to end.</summary>
    public bool IsBusy => _before is { Running: > 0 };

    /// <summary>Holds it from now on.</summary>
    public void Take(Tenure tenure)
    {
        Tenure = tenure;
        Recover();
    }

    /// <summary>Another holds it, or may hold it by now.</summary>
    public void Lose()
    {
        Tenure?.End();
        _before = Tenure ?? _before;
        Tenure = null;
        IsLeaving = false;
    }

    /// <summary>An answer may have been lost on its way: what the server gave us is looked at again.</summary>
    public void Recover()
    {
        IsRecovering = true;
        RecoveredTo = null;
    }

    public void Recovered() => IsRecovering = false;
}
