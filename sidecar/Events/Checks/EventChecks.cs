using System.Text;

namespace Thermocline.Events.Checks;

/// <summary>Judges what publishers and subscribers give, for the engines that keep events elsewhere.</summary>
internal static class EventChecks
{
    // A script of Redis takes no more arguments than about eight thousand.
    private const int MetadataNamesMax = 1_000;

    private static readonly Dictionary<string, string> EmptyMetadata = [];

    /// <summary>What is wrong with a publication, or null.</summary>
    public static PublishAnswer? Mistake(string topic, ReadOnlySpan<EventDraft> events)
    {
        if (!IsName(topic))
            return new(PublishOutcome.Invalid, $"A topic's name has 1 to {EventLimits.NameBytesMax} bytes and no control character.", -1);
        if (events.IsEmpty)
            return new(PublishOutcome.Invalid, "There is no event.", -1);
        if (events.Length > EventLimits.BatchEventsMax)
            return new(PublishOutcome.TooLarge, $"At most {EventLimits.BatchEventsMax:N0} events are published at once.", -1);
        long bytes = 0;
        for (int index = 0; index < events.Length; index++)
        {
            if (Mistake(events[index], ref bytes) is { } mistake)
                return mistake with { FailedEvent = index };
        }

        return bytes > EventLimits.BatchBytesMax
            ? new(PublishOutcome.TooLarge, $"At most {EventLimits.BatchBytesMax:N0} bytes are published at once.", -1)
            : null;
    }

    /// <summary>Refuses options that are out of range.</summary>
    /// <exception cref="ArgumentException">Names every mistake.</exception>
    public static void Check(SubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var mistakes = new List<string>();
        void Range(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
                mistakes.Add($"{name} is {value:N0}; it may be {least:N0} to {most:N0}.");
        }

        void Name(string name, string value)
        {
            if (!IsName(value))
                mistakes.Add($"{name} has 1 to {EventLimits.NameBytesMax} bytes and no control character.");
        }

        Name(nameof(options.Topic), options.Topic);
        Name(nameof(options.Group), options.Group);
        if (options.DeadLetterTopic.Length > 0)
            Name(nameof(options.DeadLetterTopic), options.DeadLetterTopic);
        Range(nameof(options.ConcurrencyMax), options.ConcurrencyMax, 1, 10_000);
        Range(nameof(options.AttemptsMax), options.AttemptsMax, 1, 1_000);
        Range($"{nameof(options.HandlingLimit)} (ms)", options.HandlingLimit.TotalMilliseconds, 1, 3_600_000);
        Range($"{nameof(options.RetryDelay)} (ms)", options.RetryDelay.TotalMilliseconds, 1, 3_600_000);
        Range(
            $"{nameof(options.RetryDelayMax)} (ms)", options.RetryDelayMax.TotalMilliseconds,
            options.RetryDelay.TotalMilliseconds, 3_600_000);
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes), nameof(options));
    }

    private static bool IsName(string? name) =>
        !string.IsNullOrEmpty(name) && Length(name) <= EventLimits.NameBytesMax && !HasControl(name);

    private static PublishAnswer? Mistake(in EventDraft draft, ref long bytes)
    {
        int context = Length(draft.Context), id = Length(draft.Id), type = Length(draft.ContentType), metadata = 0;
        foreach ((string name, string value) in draft.Metadata ?? EmptyMetadata)
        {
            metadata += Length(name) + Length(value);
            if (string.IsNullOrEmpty(name))
                return new(PublishOutcome.Invalid, "A name in the metadata is empty.", -1);
        }

        bytes += draft.Payload.Length + context + id + type + metadata;
        if (HasControl(draft.Id) || HasControl(draft.ContentType) || HasControl(draft.Context))
            return new(PublishOutcome.Invalid, "Id, context and content type have no control characters.", -1);
        string? tooLong =
            draft.Payload.Length > EventLimits.PayloadBytesMax ? $"payload of more than {EventLimits.PayloadBytesMax:N0}"
            : context > EventLimits.ContextBytesMax ? $"context of more than {EventLimits.ContextBytesMax:N0}"
            : id > EventLimits.IdBytesMax ? $"id of more than {EventLimits.IdBytesMax:N0}"
            : type > EventLimits.ContentTypeBytesMax ? $"content type of more than {EventLimits.ContentTypeBytesMax:N0}"
            : draft.Metadata?.Count > MetadataNamesMax ? $"metadata of more than {MetadataNamesMax:N0} names and not so many"
            : metadata > EventLimits.MetadataBytesMax ? $"metadata of more than {EventLimits.MetadataBytesMax:N0}"
            : null;
        return tooLong is null ? null : new(PublishOutcome.TooLarge, $"An event has a {tooLong} bytes.", -1);
    }

    private static int Length(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private static bool HasControl(string? text)
    {
        foreach (char letter in text ?? "")
        {
            if (char.IsControl(letter))
                return true;
        }

        return false;
    }
}
