namespace Thermocline.Benchmarks.Corpus;

/// <summary>A text to make memories of.</summary>
/// <param name="Kind">What sort of text it is.</param>
/// <param name="Subject">What it is about, in a word.</param>
/// <param name="Read">Reads it; empty when it is not text after all.</param>
internal sealed record TextFile(TextKind Kind, string Subject, Func<string> Read);
