namespace Thermocline.Memory.Portable;

/// <summary>A record of any collection on its way from one store to another. Its time of writing and etag stay behind.</summary>
public sealed record PortableRecord
{
    /// <summary>Version of the forms an export writes.</summary>
    public const int Version = 1;

    /// <summary>The composed key, see <see cref="Store.Keys"/>.</summary>
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>The value, zero bytes or more.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>What is kept beside the value.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>When it ends, or null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
