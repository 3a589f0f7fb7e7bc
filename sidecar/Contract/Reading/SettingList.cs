namespace Thermocline.Contract.Reading;

/// <summary>A list of values.</summary>
/// <param name="Items">The values, in order.</param>
/// <param name="Origin">Where it stood.</param>
public sealed record SettingList(IReadOnlyList<Setting> Items, string Origin) : Setting(Origin);
