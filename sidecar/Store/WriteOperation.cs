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

internal enum ConditionKind : byte
{
    None,
    Absent,
    Present,
    Sequence,
}

/// <summary>One put or delete. The memory must stay unchanged until the write is answered.</summary>
public readonly record struct WriteOperation
{
    /// <summary>Composed key, see <see cref="Keys"/>: 1 to <see cref="Limits.ComposedKeyBytesMax"/> bytes.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>Whether the key is deleted; value, metadata and expiry are ignored then.</summary>
    public bool Delete { get; init; }

    /// <summary>The value, zero bytes or more.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Bytes kept beside the value (content type, fields): at most <see cref="Limits.MetadataBytesMax"/>.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>When the record ends, or null for never. Kept to the millisecond.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What must be true for the write to take place.</summary>
    public Condition Condition { get; init; }
}

/// <summary>How a write ended.</summary>
public enum WriteOutcome
{
    /// <summary>Done, as durable as the policy in force promises.</summary>
    Done,

    /// <summary>A delete found nothing to delete; nothing was written.</summary>
    Absent,

    /// <summary>A condition did not hold; nothing was written.</summary>
    ConditionFailed,

    /// <summary>Too many writes wait for their commit; nothing was written, try again.</summary>
    Busy,

    /// <summary>A key, value, metadata or batch is larger than its limit; nothing was written.</summary>
    TooLarge,

    /// <summary>A key is empty, or the batch has no operation; nothing was written.</summary>
    Invalid,
}

/// <summary>The answer to a write.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Sequence">Sequence number of the (last) written frame: the etag. 0 when nothing was written.</param>
/// <param name="Durable">Whether the disk has it (policy always), or only the operating system.</param>
/// <param name="FailedOperation">Index of the operation that decided the outcome of a refused batch, else 0.</param>
public readonly record struct WriteAnswer(WriteOutcome Outcome, ulong Sequence, bool Durable, int FailedOperation);
