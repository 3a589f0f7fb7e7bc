namespace Thermocline.Events;

/// <summary>Limits of every engine.</summary>
public static class EventLimits
{
    /// <summary>UTF-8 bytes of a topic's or a group's name.</summary>
    public const int NameBytesMax = 128;

    /// <summary>UTF-8 bytes of a context.</summary>
    public const int ContextBytesMax = 256;

    /// <summary>UTF-8 bytes of an event's id.</summary>
    public const int IdBytesMax = 128;

    /// <summary>Bytes of a content type.</summary>
    public const int ContentTypeBytesMax = 256;

    /// <summary>Bytes of an event's metadata, names and values together.</summary>
    public const int MetadataBytesMax = 16 << 10;

    /// <summary>Names in an event's metadata.</summary>
    public const int MetadataNamesMax = 1_000;

    /// <summary>Bytes of an event's payload.</summary>
    public const int PayloadBytesMax = 1 << 20;

    /// <summary>Events of one publication.</summary>
    public const int BatchEventsMax = 10_000;

    /// <summary>Bytes of one publication, payloads, contexts and metadata together.</summary>
    public const int BatchBytesMax = 4 << 20;

    /// <summary>Topics of one bus.</summary>
    public const int TopicsMax = 1_024;

    /// <summary>Consumer groups of one topic.</summary>
    public const int GroupsMax = 64;
}
