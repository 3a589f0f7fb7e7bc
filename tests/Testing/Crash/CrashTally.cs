namespace Thermocline.Testing.Crash;

/// <summary>Counts of a run, added to by all its writers.</summary>
internal sealed class CrashTally
{
    private const int ViolationsMax = 100;

    private readonly Lock _gate = new();
    private readonly List<string> _violations = [];
    private long _acknowledged;
    private long _inDoubt;
    private long _inDoubtDone;
    private long _refusals;
    private long _reads;

    public long AcknowledgedWrites => Interlocked.Read(ref _acknowledged);

    public int Violations
    {
        get
        {
            lock (_gate)
            {
                return _violations.Count;
            }
        }
    }

    public void Acknowledge() => Interlocked.Increment(ref _acknowledged);

    public void Doubt() => Interlocked.Increment(ref _inDoubt);

    public void FindDone() => Interlocked.Increment(ref _inDoubtDone);

    public void Refuse() => Interlocked.Increment(ref _refusals);

    public void Read() => Interlocked.Increment(ref _reads);

    public void Violate(string violation)
    {
        lock (_gate)
        {
            if (_violations.Count < ViolationsMax)
            {
                _violations.Add(violation);
            }
        }
    }

    public CrashReport Report(int seed, int kills, int killsDuringStart, int cleanStops)
    {
        lock (_gate)
        {
            return new CrashReport
            {
                Seed = seed,
                Kills = kills,
                KillsDuringStart = killsDuringStart,
                CleanStops = cleanStops,
                AcknowledgedWrites = _acknowledged,
                WritesInDoubt = _inDoubt,
                WritesInDoubtDone = _inDoubtDone,
                Refusals = _refusals,
                CheckedReads = _reads,
                Violations = [.. _violations],
            };
        }
    }
}
