namespace Thermocline.Contract.Reading;

/// <summary>Named settings. A null value is a key that was written with nothing after it: the default applies.</summary>
/// <param name="Entries">The settings by name, in the order in which they stood.</param>
/// <param name="Origin">Where it stood.</param>
public sealed record SettingSection(IReadOnlyList<KeyValuePair<string, Setting?>> Entries, string Origin)
    : Setting(Origin)
{
    /// <summary>A section without settings.</summary>
    public static SettingSection Empty { get; } = new([], "default");

    /// <summary>Whether anything is written at a path, whatever the case of its names.</summary>
    public bool Has(ReadOnlySpan<string> path)
    {
        string name = path[0];
        Setting? found = Entries.FirstOrDefault(entry => entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return path.Length == 1 ? found is not null : found is SettingSection section && section.Has(path[1..]);
    }

    /// <summary>
    /// This section with one value put at a path, creating sections on the way. Names match whatever their case, since
    /// environment variables are written in capitals.
    /// </summary>
    public SettingSection With(ReadOnlySpan<string> path, SettingText value)
    {
        List<KeyValuePair<string, Setting?>> entries = [.. Entries];
        string name = path[0];
        int at = entries.FindIndex(entry => entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        Setting? inner = value;
        if (path.Length > 1)
        {
            SettingSection below = at >= 0 && entries[at].Value is SettingSection section ? section : new([], value.Origin);
            inner = below.With(path[1..], value);
        }
        KeyValuePair<string, Setting?> entry = new(at >= 0 ? entries[at].Key : name, inner);
        if (at >= 0)
            entries[at] = entry;
        else
            entries.Add(entry);
        return this with { Entries = entries };
    }
}
