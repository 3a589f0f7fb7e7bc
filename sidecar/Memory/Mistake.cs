namespace Thermocline.Memory;

/// <summary>One thing wrong with an input.</summary>
/// <param name="Path">Where: a field path such as <c>[3].significance.knowledge_value</c>; empty for the whole input.</param>
/// <param name="Code">
/// What, as a stable word: <c>required</c>, <c>invalid</c>, <c>empty</c>, <c>too-long</c>, <c>out-of-range</c>,
/// <c>unknown-field</c>, <c>duplicate</c>, <c>too-deep</c>, <c>private-unavailable</c>, <c>search-mode-unavailable</c>.
/// </param>
/// <param name="Message">What, in words.</param>
public sealed record Mistake(string Path, string Code, string Message);
