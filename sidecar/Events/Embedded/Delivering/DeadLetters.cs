using System.Globalization;

namespace Thermocline.Events.Embedded.Delivering;

/// <summary>What is published of an event that was given up.</summary>
internal static class DeadLetters
{
    /// <summary>Why it was given up.</summary>
    public const string Reason = "thermocline-dead-letter-reason";

    /// <summary>The topic it was published to.</summary>
    public const string Topic = "thermocline-dead-letter-topic";

    /// <summary>The group that gave it up.</summary>
    public const string GroupName = "thermocline-dead-letter-group";

    /// <summary>Its offset there.</summary>
    public const string Offset = "thermocline-dead-letter-offset";

    /// <summary>How often it was delivered.</summary>
    public const string Attempts = "thermocline-dead-letter-attempts";

    /// <summary>The event as it was, without an expiry, and in its metadata what became of it.</summary>
    public static EventDraft Of(DeliverySlot slot, Group group)
    {
        byte[] bytes = slot.Block!.Bytes;
        var metadata = new Dictionary<string, string>(slot.View.MetadataIn(bytes), StringComparer.Ordinal)
        {
            [Reason] = slot.GivenUp!,
            [Topic] = group.TopicName,
            [GroupName] = group.Name,
            [Offset] = slot.Offset.ToString(CultureInfo.InvariantCulture),
            [Attempts] = slot.Attempt.ToString(CultureInfo.InvariantCulture),
        };
        return new EventDraft
        {
            Payload = bytes.AsMemory(slot.View.Payload),
            Context = slot.View.Context,
            Id = slot.View.IdIn(bytes) ?? DeliverySlot.IdOf(group.TopicId, slot.Offset),
            ContentType = slot.View.ContentType,
            Metadata = metadata,
        };
    }
}
