using Thermocline.Operator.Admission.Reviewing;

namespace Thermocline.Operator.Admission;

/// <summary>How many questions were asked, by address and by what they came to.</summary>
internal sealed class WebhookCounts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, ReviewOutcome Outcome), long> _counts = [];
    private int _running;

    /// <summary>Questions that are being answered.</summary>
    public int Running => Volatile.Read(ref _running);

    public long Of(string path, ReviewOutcome outcome)
    {
        lock (_gate)
            return _counts.GetValueOrDefault((path, outcome));
    }

    internal int Begin() => Interlocked.Increment(ref _running);

    internal void End() => Interlocked.Decrement(ref _running);

    // Only known addresses are counted: what strangers ask for must not make this grow.
    internal void Count(string path, ReviewOutcome outcome)
    {
        lock (_gate)
            _counts[(path, outcome)] = _counts.GetValueOrDefault((path, outcome)) + 1;
    }
}
