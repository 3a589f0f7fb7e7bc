using System.Globalization;
using System.Net;

namespace Thermocline.Contract.Reading;

/// <summary>
/// Reads one section. Every setting is asked for by name, with its default and its range; what nobody asked for is a
/// mistake in the end. A setting that is wrong reads as its default, so that reading goes on and finds the next mistake.
/// </summary>
internal sealed class SectionReader(string path, SettingSection section, ReadingNotes notes)
{
    /// <summary>Bytes that a unix socket's path may have.</summary>
    public const int SocketPathBytesMax = 107;

    private readonly List<string> _known = [];

    /// <summary>Whether a setting was configured.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A section inside this one.</summary>
    public SectionReader Section(string name)
    {
        Setting? setting = Known(name);
        if (setting is not null and not SettingSection)
            Report(name, "must be a section with settings of its own");
        return new SectionReader(PathOf(name), setting as SettingSection ?? SettingSection.Empty, notes);
    }

    /// <summary>A section of a feature that is not built: it may hold anything.</summary>
    public void LaterSection(string name)
    {
        _ = Section(name);
        Later(name);
    }

    /// <summary>Notes that a setting, when configured, is not acted on; and why, where that says more.</summary>
    public void Later(string name, string? why = null)
    {
        if (Has(name))
            notes.NotActedOn.Add(why is null ? PathOf(name) : $"{PathOf(name)} ({why})");
    }

    public string Text(string name, string fallback)
    {
        Setting? setting = Known(name);
        if (setting is null)
            return fallback;
        if (setting is SettingText text)
            return text.Value;
        Report(name, "must be a single value");
        return fallback;
    }

    public long Integer(string name, long fallback, long min, long max)
    {
        if (Text(name, "") is not { Length: > 0 } text)
            return fallback;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value >= min && value <= max)
            return value;
        Report(name, string.Create(CultureInfo.InvariantCulture,
            $"must be a whole number from {min} to {max}, not '{Shown(text)}'"));
        return fallback;
    }

    public double Fraction(string name, double fallback)
    {
        if (Text(name, "") is not { Length: > 0 } text)
            return fallback;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is >= 0 and <= 1)
            return value;
        Report(name, $"must be a number from 0 to 1, not '{Shown(text)}'");
        return fallback;
    }

    public long Bytes(string name, long fallback, long min, long max)
    {
        if (Text(name, "") is not { Length: > 0 } text)
            return fallback;
        if (Quantity.TryParse(text, out long value) && value >= min && value <= max)
            return value;
        Report(name, $"must be an amount from {Quantity.Format(min)} to {Quantity.Format(max)} "
            + $"(such as 512Mi, 10Gi, 1G or 1048576), not '{Shown(text)}'");
        return fallback;
    }

    public T Choice<T>(string name, T fallback)
        where T : struct, Enum
    {
        if (Text(name, "") is not { Length: > 0 } text)
            return fallback;
        string[] names = Enum.GetNames<T>();
        int at = Array.FindIndex(names, each => each.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
            return Enum.Parse<T>(names[at]);
        Report(name, $"must be one of {string.Join(", ", names)}, not '{Shown(text)}'{Hint(text, names)}");
        return fallback;
    }

    /// <summary>A list of words out of the known ones; a single value holds them with commas.</summary>
    public IReadOnlyList<string> Words(string name, IReadOnlyList<string> fallback, IReadOnlyList<string> known)
    {
        if (Known(name) is not { } setting)
            return fallback;
        List<string> words = [];
        foreach (string word in Items(name, setting))
        {
            if (!known.Contains(word, StringComparer.Ordinal))
                Report(name, $"knows {string.Join(", ", known)}, not '{Shown(word)}'{Hint(word, known)}");
            else if (words.Contains(word, StringComparer.Ordinal))
                Report(name, $"names '{word}' twice");
            else
                words.Add(word);
        }
        return words;
    }

    /// <summary>A list of names of collections; a single value holds them with commas.</summary>
    public IReadOnlyList<string> Collections(string name, int most) =>
        Names(name, most, (IsCollection, "collections (1 to 128 of a-z 0-9 . _ -)"));

    /// <summary>A list of names of one form, each once; a single value holds them with commas.</summary>
    public IReadOnlyList<string> Names(string name, int most, (Predicate<string> Fits, string What) form)
    {
        if (Known(name) is not { } setting)
            return [];
        List<string> names = [];
        foreach (string each in Items(name, setting))
        {
            if (!form.Fits(each))
                Report(name, $"names {form.What}, not '{Shown(each)}'");
            else if (names.Contains(each, StringComparer.Ordinal))
                Report(name, $"names '{each}' twice");
            else
                names.Add(each);
        }
        if (names.Count > most)
            Report(name, string.Create(CultureInfo.InvariantCulture, $"names {names.Count} {form.What.Split(' ')[0]}; at most {most} are taken"));
        return names;
    }

    /// <summary>Permission bits in octal.</summary>
    public int Mode(string name, int fallback)
    {
        if (Text(name, "") is not { Length: > 0 } text)
            return fallback;
        int mode = 0;
        bool octal = text.Length is 3 or 4 && text.All(each => each is >= '0' and <= '7');
        foreach (char digit in octal ? text : "")
            mode = (mode << 3) | (digit - '0');
        if (octal && mode <= 0x1FF)
            return mode;
        Report(name, $"must be permission bits in octal from 0000 to 0777, not '{text}'");
        return fallback;
    }

    /// <summary>Reports what is neither empty nor an http or https address without credentials.</summary>
    public void Web(string name, string address, string instead)
    {
        if (address.Length == 0)
            return;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            Report(name, "must be an http or https address");
        else if (uri.UserInfo.Length > 0)
            Report(name, $"must not hold credentials; {instead}");
    }

    /// <summary>An address to listen on; empty text is absent.</summary>
    public IPEndPoint? Address(string name, IPEndPoint? fallback)
    {
        if (Text(name, "") is not { Length: > 0 } text)
            return fallback;
        if (ListenAddress.TryParse(text, out IPEndPoint? address))
            return address;
        Report(name, $"must be an IP address and a port (such as 127.0.0.1:7070, [::1]:7070 or :7070 for all "
            + $"interfaces), not '{Shown(text)}'");
        return fallback;
    }

    /// <summary>Writes down that a setting is wrong.</summary>
    public void Report(string name, string message) =>
        notes.Mistakes.Add(new Mistake(PathOf(name), message, Find(name)?.Origin ?? ""));

    /// <summary>Whether anything was found wrong with a setting.</summary>
    public bool IsMistaken(string name) => notes.Mistakes.Exists(mistake => mistake.Path == PathOf(name));

    /// <summary>Reports what nobody asked for.</summary>
    public void End()
    {
        foreach ((string name, Setting? setting) in section.Entries)
        {
            if (IsKnown(name, setting))
                continue;
            string known = string.Join(", ", _known);
            string hint = Spelling.Nearest(name, _known) is { } near ? $"did you mean '{near}'?" : $"known here: {known}";
            notes.Mistakes.Add(new Mistake(PathOf(Shown(name)), $"is not a setting; {hint}", setting?.Origin ?? ""));
        }
    }

    private static bool IsCollection(string name) => name.Length is > 0 and <= 128 && name[0] is not ('.' or '-')
        && name.All(static each => char.IsAsciiLetterLower(each) || char.IsAsciiDigit(each) || each is '.' or '_' or '-');

    private static string Hint(string word, IEnumerable<string> known) =>
        Spelling.Nearest(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private IEnumerable<string> Items(string name, Setting setting)
    {
        if (setting is SettingText text)
            return text.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (setting is SettingList list && list.Items.All(item => item is SettingText))
            return list.Items.Select(item => ((SettingText)item).Value);
        Report(name, "must be a list of words");
        return [];
    }

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private Setting? Known(string name)
    {
        if (!_known.Contains(name, StringComparer.Ordinal))
            _known.Add(name);
        return Find(name);
    }

    private Setting? Find(string name)
    {
        foreach ((string key, Setting? setting) in section.Entries)
        {
            if (key.Equals(name, Comparison(setting)))
                return setting;
        }
        return null;
    }

    private bool IsKnown(string name, Setting? setting) =>
        _known.Exists(each => each.Equals(name, Comparison(setting)));

    /// <summary>Names in a file are exact; names in the environment are written in capitals.</summary>
    private static StringComparison Comparison(Setting? setting) =>
        setting is not null && setting.Origin.StartsWith("environment", StringComparison.Ordinal)
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
}
