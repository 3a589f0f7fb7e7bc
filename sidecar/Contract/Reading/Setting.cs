namespace Thermocline.Contract.Reading;

/// <summary>A piece of configuration before it has a meaning: what any text format can be parsed into.</summary>
/// <param name="Origin">Where it stood, in words: <c>line 7</c>, <c>environment THERMOCLINE__BUDGET__LIMIT</c>.</param>
public abstract record Setting(string Origin);
