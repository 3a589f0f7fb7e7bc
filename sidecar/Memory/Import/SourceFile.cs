namespace Thermocline.Memory.Import;

/// <summary>A file to be imported.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Bytes">Its size on disk.</param>
public readonly record struct SourceFile(string Path, long Bytes);
