using System.Text;
using Thermocline.Memory.Ids;
using Thermocline.Store;

namespace Thermocline.Memory;

/// <summary>A stored memory.</summary>
public sealed record MemoryRecord
{
    /// <summary>Its identifier.</summary>
    public required MemoryId Id { get; init; }

    /// <summary>UTF-8 text, or any bytes when <see cref="IsText"/> is false.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Whether the content is text.</summary>
    public bool IsText { get; init; } = true;

    /// <summary>What kind of memory this is.</summary>
    public required string Type { get; init; }

    /// <summary>Session the memory belongs to.</summary>
    public string? Session { get; init; }

    /// <summary>What was going on.</summary>
    public string? Context { get; init; }

    /// <summary>Files the memory is about.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The caller's own JSON object as compact UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>How much it matters.</summary>
    public Significance? Significance { get; init; }

    /// <summary>When it came to be.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it was found.</summary>
    public Tier Tier { get; init; }

    /// <summary>Sequence number of the stored frame: the etag.</summary>
    public ulong Sequence { get; init; }

    /// <summary>The content as a string; empty when it is not text.</summary>
    public string Text => IsText ? Encoding.UTF8.GetString(Content.Span) : "";
}
