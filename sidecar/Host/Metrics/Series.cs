namespace Thermocline.Sidecar.Metrics;

/// <summary>One series: a value, or the buckets of a histogram. Written by many threads, read by the exposition.</summary>
internal sealed class Series(int buckets)
{
    private readonly long[] _counts = new long[buckets];
    private double _value;

    /// <summary>The value, or the sum of everything a histogram observed.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>Observations of one bucket alone, not of the ones below it.</summary>
    public long CountOf(int bucket) => Interlocked.Read(ref _counts[bucket]);

    /// <summary>Replaces the value.</summary>
    public void Set(double value) => Volatile.Write(ref _value, value);

    /// <summary>Adds to the value.</summary>
    public void Add(double amount)
    {
        double before;
        do
            before = Volatile.Read(ref _value);
        while (Interlocked.CompareExchange(ref _value, before + amount, before) != before);
    }

    /// <summary>Counts an observation into its bucket.</summary>
    public void Observe(int bucket, double amount)
    {
        Interlocked.Increment(ref _counts[bucket]);
        Add(amount);
    }
}
