namespace Thermocline.Memory.Import;

/// <summary>How a source is to be read.</summary>
public enum SourceFormat
{
    /// <summary>By the file's name and first bytes.</summary>
    Auto,

    /// <summary>One JSON value a line.</summary>
    Jsonl,

    /// <summary>A JSON array, or an object with a known container.</summary>
    Json,

    /// <summary>Markdown, split at its headings.</summary>
    Markdown,

    /// <summary>Plain text, split at paragraphs.</summary>
    Text,

    /// <summary>Stanzas of <c>Field: value</c> lines.</summary>
    Stanzas,

    /// <summary>A solution cache: <c>{"math_solutions":{…}}</c>.</summary>
    MathSolutions,

    /// <summary>Session files: an array, or <c>{"sessions":[…]}</c>, or one session.</summary>
    Sessions,

    /// <summary>Memory files: an array, or <c>{"memories":[…]}</c>.</summary>
    Memories,

    /// <summary>v1 frames (docs/FORMAT.md).</summary>
    V1,
}
