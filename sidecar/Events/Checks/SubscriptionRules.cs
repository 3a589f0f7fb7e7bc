namespace Thermocline.Events.Checks;

/// <summary>What the options of a subscription must be.</summary>
internal static class SubscriptionRules
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public static void Check(SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var mistakes = new List<string>();
        Note(mistakes, Text.MistakeOfName(options.Topic, "topic"));
        Note(mistakes, Text.MistakeOfName(options.Group, "group"));
        if (!string.IsNullOrEmpty(options.DeadLetterTopic))
            Note(mistakes, Text.MistakeOfName(options.DeadLetterTopic, "dead-letter topic"));
        if (options.DeadLetterTopic == options.Topic)
            mistakes.Add("Dead letters of a topic cannot go to the same topic.");
        Range(mistakes, nameof(options.ConcurrencyMax), options.ConcurrencyMax, 1, 10_000);
        Range(mistakes, nameof(options.AttemptsMax), options.AttemptsMax, 1, 1_000);
        Range(mistakes, nameof(options.HandlingLimit), options.HandlingLimit, Least, Most);
        Range(mistakes, nameof(options.RetryDelay), options.RetryDelay, Least, Most);
        Range(mistakes, nameof(options.RetryDelayMax), options.RetryDelayMax, options.RetryDelay, Most);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes), nameof(options));
    }

    private static void Note(List<string> mistakes, string? mistake)
    {
        if (mistake is not null)
            mistakes.Add(mistake);
    }

    private static void Range<T>(List<string> mistakes, string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            mistakes.Add($"{name} is {value}; it may be {least} to {most}.");
    }
}
