namespace Thermocline.Store.Cold.Resilience;

/// <summary>How patiently a cold store is asked. <see cref="Validate"/> checks every value.</summary>
public sealed record ResilienceOptions
{
    /// <summary>How long one request may take, before what its bytes are granted: 100 ms to 10 min.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The slowest transfer that is waited for, in bytes a second: 4 KiB to 1 GiB. Grants a request the time its bytes need.
    /// </summary>
    public int BytesPerSecondMin { get; init; } = 1 << 20;

    /// <summary>How often a request that failed is repeated: 0 to 20.</summary>
    public int RetriesMax { get; init; } = 4;

    /// <summary>The pause before the first repetition; it doubles, with jitter: 1 ms to 1 min.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause: 1 ms to 10 min, not below <see cref="RetryDelay"/>.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The circuit opens after so many failed requests in a row: 2 to 1,000.</summary>
    public int CircuitFailures { get; init; } = 5;

    /// <summary>How long an open circuit sends nothing before one request is tried: 1 s to 10 min.</summary>
    public TimeSpan CircuitBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (value < least || value > most)
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        Range($"{nameof(AttemptTimeout)} (ms)", AttemptTimeout.TotalMilliseconds, 100, 600_000);
        Range(nameof(BytesPerSecondMin), BytesPerSecondMin, 4 << 10, 1 << 30);
        Range(nameof(RetriesMax), RetriesMax, 0, 20);
        Range($"{nameof(RetryDelay)} (ms)", RetryDelay.TotalMilliseconds, 1, 60_000);
        Range($"{nameof(RetryDelayMax)} (ms)", RetryDelayMax.TotalMilliseconds, RetryDelay.TotalMilliseconds, 600_000);
        Range(nameof(CircuitFailures), CircuitFailures, 2, 1_000);
        Range($"{nameof(CircuitBreak)} (ms)", CircuitBreak.TotalMilliseconds, 1_000, 600_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }

    /// <summary>How long a request that moves so many bytes may take.</summary>
    internal TimeSpan TimeoutOf(long bytes) => AttemptTimeout + TimeSpan.FromSeconds((double)bytes / BytesPerSecondMin);
}
