namespace Thermocline.Testing.Budget;

/// <summary>What must not be: records that are missing or not equal, answers nobody may get. The first of each run are kept.</summary>
internal sealed class BudgetMistakes
{
    private const int KeptMax = 50;

    private readonly Lock _gate = new();
    private readonly List<string> _kept = [];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public IReadOnlyList<string> Kept
    {
        get
        {
            lock (_gate)
                return [.. _kept];
        }
    }

    public void Add(string what)
    {
        Interlocked.Increment(ref _count);
        lock (_gate)
        {
            if (_kept.Count < KeptMax)
                _kept.Add(what);
        }
    }
}
