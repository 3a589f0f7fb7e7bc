using System.Text;
using Thermocline.Memory.Ids;

namespace Thermocline.Memory;

/// <summary>A memory to be saved. The content must stay unchanged until the save is answered.</summary>
public sealed record MemoryDraft
{
    /// <summary>Type of a memory that names none.</summary>
    public const string TypeDefault = "memory";

    /// <summary>Type whose relevance in a search is multiplied by 1.5.</summary>
    public const string TypeBreakthrough = "breakthrough";

    private static readonly byte[] Unencodable = [0xFF];

    /// <summary>UTF-8 text, or any bytes when <see cref="IsText"/> is false. At least one byte.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Whether the content is text: only text is searched.</summary>
    public bool IsText { get; init; } = true;

    /// <summary>What kind of memory this is, a word of the caller's own.</summary>
    public string Type { get; init; } = TypeDefault;

    /// <summary>Session the memory belongs to.</summary>
    public string? Session { get; init; }

    /// <summary>What was going on.</summary>
    public string? Context { get; init; }

    /// <summary>Files the memory is about.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>A JSON object of the caller's own as UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>How much it matters.</summary>
    public Significance? Significance { get; init; }

    /// <summary>Whether it must be encrypted. Refused until encryption is available.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>
    /// Identifier chosen by the caller, so that saving again is harmless; null for a new one. Its time is 0 or equals
    /// <see cref="CreatedAt"/>.
    /// </summary>
    public MemoryId? Id { get; init; }

    /// <summary>When it came to be, kept to the millisecond; null for now.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>A draft of a text; lone surrogates are kept as an invalid byte and refused when it is saved.</summary>
    public static MemoryDraft OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // 0xFF never occurs in UTF-8: a text that cannot be encoded is refused by the rules, not altered in silence.
        return new MemoryDraft { Content = Wording.IsWellFormed(text) ? Encoding.UTF8.GetBytes(text) : Unencodable };
    }
}
