namespace Thermocline.Store.Cold;

/// <summary>The answer to a write of an object.</summary>
public readonly record struct ColdPut
{
    private ColdPut(string tag) => Tag = tag;

    /// <summary>The condition did not hold; nothing was written.</summary>
    public static ColdPut ConditionFailed => default;

    /// <summary>The object is durable and has this version tag.</summary>
    public static ColdPut Done(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return new(tag);
    }

    /// <summary>The version tag of what was written; null when the condition did not hold.</summary>
    public string? Tag { get; }

    /// <summary>Whether the object was written.</summary>
    public bool IsDone => Tag is not null;
}
