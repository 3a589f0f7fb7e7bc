namespace Thermocline.Events.Outbox;

/// <summary>How events wait for a foreign engine. <see cref="Validate"/> checks every value.</summary>
public sealed record OutboxOptions
{
    /// <summary>What the names of the local topics start with: 1 to 32 characters.</summary>
    public string Prefix { get; init; } = "outbox.";

    /// <summary>The local topic of events that the foreign engine will never take; it does not start with <see cref="Prefix"/>.</summary>
    public string RefusedTopic { get; init; } = "outbox-refused";

    /// <summary>
    /// Topics that are forwarded from the beginning, beside those the local engine lists; any other from its first publication on.
    /// </summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Publications to the foreign engine at once, each of another context: 1 to 10,000.</summary>
    public int ConcurrencyMax { get; init; } = 64;

    /// <summary>The pause before the foreign engine is asked again; it doubles, with jitter: 1 ms to 1 min.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause: <see cref="RetryDelay"/> to 10 min.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks every value against its range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public void Validate()
    {
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        Range($"{nameof(Prefix)} (characters)", Prefix.Length, 1, 32);
        if (RefusedTopic.Length == 0 || RefusedTopic.StartsWith(Prefix, StringComparison.Ordinal))
            mistakes.Add($"{nameof(RefusedTopic)} is empty or starts with {nameof(Prefix)}.");
        Range($"{nameof(Topics)} (names)", Topics.Count, 0, EventLimits.TopicsMax);
        Range(nameof(ConcurrencyMax), ConcurrencyMax, 1, 10_000);
        Range($"{nameof(RetryDelay)} (ms)", RetryDelay.TotalMilliseconds, 1, 60_000);
        Range($"{nameof(RetryDelayMax)} (ms)", RetryDelayMax.TotalMilliseconds, RetryDelay.TotalMilliseconds, 600_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));
    }
}
