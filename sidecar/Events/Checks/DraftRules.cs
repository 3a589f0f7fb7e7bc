namespace Thermocline.Events.Checks;

/// <summary>
/// What a publication must be before it is taken, whatever engine takes it: an event that waits in one for another must be good for both.
/// </summary>
internal static class DraftRules
{
    /// <summary>What an event takes in a block besides its texts and payload: flags, two times, four lengths.</summary>
    private const int FixedBytesMax = 1 + (2 * TimeBytesMax) + (5 * LengthBytesMax);

    private const int TimeBytesMax = 10;

    /// <summary>No length has more: the longest is that of a payload.</summary>
    private const int LengthBytesMax = 4;

    /// <summary>Why an engine's own events may say more: the reason of a dead letter stands in its metadata.</summary>
    public const int OwnMetadataBytes = 2 << 10;

    /// <summary>The refusal of a publication to a topic, or null when it may be taken.</summary>
    public static PublishAnswer? Refuse(string topic, ReadOnlySpan<EventDraft> events)
    {
        if (Text.MistakeOfName(topic, "topic") is { } mistake)
            return new(PublishOutcome.Invalid, mistake, -1);
        PublishAnswer answer = Check(events, 0, out _);
        return answer.Outcome == PublishOutcome.Done ? null : answer;
    }

    /// <summary>Done when the events may be taken, else the refusal.</summary>
    /// <param name="events">The events.</param>
    /// <param name="allowance">Bytes of metadata beyond the limit: zero, or <see cref="OwnMetadataBytes"/>.</param>
    /// <param name="encoded">Bytes that their encoding in a block takes at most.</param>
    public static PublishAnswer Check(ReadOnlySpan<EventDraft> events, int allowance, out int encoded)
    {
        encoded = 0;
        if (events.IsEmpty)
            return new(PublishOutcome.Invalid, "There is no event.", -1);
        if (events.Length > EventLimits.BatchEventsMax)
            return new(PublishOutcome.TooLarge, $"A publication has at most {EventLimits.BatchEventsMax:N0} events.", -1);
        long bytes = 0;
        long overhead = 0;
        for (int i = 0; i < events.Length; i++)
        {
            PublishOutcome outcome = Check(events[i], allowance, ref bytes, ref overhead, out string? reason);
            if (outcome != PublishOutcome.Done)
                return new(outcome, reason, i);
        }

        if (bytes > EventLimits.BatchBytesMax + allowance)
            return new(PublishOutcome.TooLarge, $"A publication has at most {EventLimits.BatchBytesMax:N0} bytes.", -1);
        encoded = (int)(bytes + overhead);
        return PublishAnswer.Done;
    }

    private static PublishOutcome Check(in EventDraft draft, int allowance, ref long bytes, ref long overhead, out string? reason)
    {
        if (draft.Payload.Length > EventLimits.PayloadBytesMax)
        {
            reason = $"A payload has at most {EventLimits.PayloadBytesMax:N0} bytes.";
            return PublishOutcome.TooLarge;
        }

        bytes += draft.Payload.Length;
        overhead += FixedBytesMax;
        PublishOutcome outcome = CheckText(draft.Context, EventLimits.ContextBytesMax, "context", ref bytes, out reason);
        if (outcome == PublishOutcome.Done)
            outcome = CheckText(draft.Id, EventLimits.IdBytesMax, "id", ref bytes, out reason);
        if (outcome == PublishOutcome.Done)
            outcome = CheckText(draft.ContentType, EventLimits.ContentTypeBytesMax, "content type", ref bytes, out reason);
        if (outcome == PublishOutcome.Done && draft.Metadata is { Count: > 0 } metadata)
            outcome = CheckMetadata(metadata, allowance, ref bytes, ref overhead, out reason);
        return outcome;
    }

    private static PublishOutcome CheckMetadata(
        IReadOnlyDictionary<string, string> metadata, int allowance, ref long bytes, ref long overhead, out string? reason)
    {
        reason = null;
        if (metadata.Count > EventLimits.MetadataNamesMax)
        {
            reason = $"Metadata has at most {EventLimits.MetadataNamesMax:N0} names.";
            return PublishOutcome.TooLarge;
        }

        long own = 0;
        int most = EventLimits.MetadataBytesMax + allowance;
        foreach ((string name, string value) in metadata)
        {
            if (name.Length == 0)
            {
                reason = "A name in the metadata is empty.";
                return PublishOutcome.Invalid;
            }

            PublishOutcome outcome = CheckLength(name, most, "metadata", ref own, out reason);
            if (outcome == PublishOutcome.Done)
                outcome = CheckLength(value, most, "metadata", ref own, out reason);
            if (outcome != PublishOutcome.Done)
                return outcome;
            overhead += 2 * LengthBytesMax;
        }

        bytes += own;
        reason = own > most ? $"Metadata has at most {EventLimits.MetadataBytesMax:N0} bytes." : null;
        return own > most ? PublishOutcome.TooLarge : PublishOutcome.Done;
    }

    // Names travel in headers, keys and envelopes.
    private static PublishOutcome CheckText(string? text, int most, string what, ref long bytes, out string? reason)
    {
        if (!Text.HasControl(text))
            return CheckLength(text, most, what, ref bytes, out reason);
        reason = $"The {what} has a control character.";
        return PublishOutcome.Invalid;
    }

    private static PublishOutcome CheckLength(string? text, int most, string what, ref long bytes, out string? reason)
    {
        reason = null;
        if (string.IsNullOrEmpty(text))
            return PublishOutcome.Done;
        if (!Text.TryCount(text, out int own))
        {
            reason = $"The {what} has half of a surrogate pair.";
            return PublishOutcome.Invalid;
        }

        bytes += own;
        if (own <= most)
            return PublishOutcome.Done;
        reason = $"The {what} has {own:N0} bytes; at most {most:N0} are allowed.";
        return PublishOutcome.TooLarge;
    }
}
