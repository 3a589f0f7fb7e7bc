namespace Thermocline.Store;

/// <summary>What must be true of a key for a write to take place. The default value demands nothing.</summary>
public readonly record struct Condition
{
    private Condition(ConditionKind kind, ulong sequence)
    {
        Kind = kind;
        Sequence = sequence;
    }

    /// <summary>The key must be absent (<c>If-None-Match: *</c>).</summary>
    public static Condition IfAbsent { get; } = new(ConditionKind.Absent, 0);

    /// <summary>The key must be present (<c>If-Match: *</c>).</summary>
    public static Condition IfPresent { get; } = new(ConditionKind.Present, 0);

    /// <summary>The key must be present with this sequence number (<c>If-Match: "N"</c>).</summary>
    public static Condition IfSequence(ulong sequence) => new(ConditionKind.Sequence, sequence);

    internal ConditionKind Kind { get; }

    internal ulong Sequence { get; }
}
