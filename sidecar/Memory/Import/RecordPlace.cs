namespace Thermocline.Memory.Import;

/// <summary>Where a JSON record stands.</summary>
/// <param name="Line">Line of its first byte, from 1.</param>
/// <param name="Offset">Offset of its first byte.</param>
internal readonly record struct RecordPlace(long Line, long Offset)
{
    /// <summary>Field of the enclosing object whose array or map holds it, or null.</summary>
    public string? Container { get; init; }

    /// <summary>Name of the record in the enclosing map, or null.</summary>
    public string? Member { get; init; }

    /// <summary>Session that the enclosing object names, or null.</summary>
    public string? Session { get; init; }

    /// <summary>Whether it is what was left of an object whose records were read one by one.</summary>
    public bool IsEnvelope { get; init; }
}
