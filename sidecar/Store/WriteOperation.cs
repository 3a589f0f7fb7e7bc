namespace Thermocline.Store;

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

    /// <summary>
    /// Whether whoever awaits the write goes on, as a rule, on the one thread that commits, before it takes the next writes: for a
    /// writer whose next record is ready when the last one is durable. Every other write waits meanwhile, so what goes on may take
    /// microseconds only, must not wait for anything and must not throw. Without meaning in a batch.
    /// </summary>
    public bool ContinuesInline { get; init; }
}
