namespace Thermocline.Contract.Reading;

/// <summary>A single value.</summary>
/// <param name="Value">The value's text.</param>
/// <param name="Origin">Where it stood.</param>
public sealed record SettingText(string Value, string Origin) : Setting(Origin);
