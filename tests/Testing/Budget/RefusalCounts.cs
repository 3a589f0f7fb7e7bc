namespace Thermocline.Testing.Budget;

/// <summary>Refused writes by their problem code.</summary>
internal sealed class RefusalCounts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _counts = [];

    public long Total
    {
        get
        {
            lock (_gate)
                return _counts.Values.Sum();
        }
    }

    public void Add(string code)
    {
        lock (_gate)
            _counts[code] = _counts.GetValueOrDefault(code) + 1;
    }

    public IReadOnlyDictionary<string, long> Copy()
    {
        lock (_gate)
            return new Dictionary<string, long>(_counts);
    }
}
