namespace Thermocline.Store.Cold;

/// <summary>What must be true of an object for a write to take place. The default value demands nothing.</summary>
public readonly record struct ColdCondition
{
    private ColdCondition(bool isAbsent, string? version)
    {
        IsAbsent = isAbsent;
        Version = version;
    }

    /// <summary>Demands nothing: the object is created or replaced.</summary>
    public static ColdCondition None => default;

    /// <summary>The object must not exist (<c>If-None-Match: *</c>).</summary>
    public static ColdCondition IfAbsent { get; } = new(true, null);

    /// <summary>The object must exist in this version (<c>If-Match: tag</c>).</summary>
    public static ColdCondition IfVersion(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return new(false, tag);
    }

    /// <summary>Whether the object must not exist.</summary>
    public bool IsAbsent { get; }

    /// <summary>The version tag the object must have; null when no version is demanded.</summary>
    public string? Version { get; }

    /// <summary>Whether nothing is demanded.</summary>
    public bool IsNone => !IsAbsent && Version is null;
}
