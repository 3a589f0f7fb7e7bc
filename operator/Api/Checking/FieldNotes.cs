using System.Globalization;
using System.Text.RegularExpressions;
using Thermocline.Contract.Reading;

namespace Thermocline.Operator.Api.Checking;

/// <summary>Collects mistakes; one method for each kind of rule the schema has.</summary>
internal sealed class FieldNotes
{
    private const int ShownMax = 60;

    private readonly List<FieldMistake> _mistakes = [];

    public IReadOnlyList<FieldMistake> Mistakes => _mistakes;

    public void Report(string path, string message) => _mistakes.Add(new FieldMistake(path, message));

    public void Range(string path, double value, double min, double max)
    {
        if (!(value >= min && value <= max))
            Report(path, string.Create(CultureInfo.InvariantCulture, $"must be from {min} to {max}, not {value}"));
    }

    public void OneOf(string path, string value, params ReadOnlySpan<string> words)
    {
        if (!words.Contains(value))
            Report(path, $"must be one of {string.Join(", ", words)}, not '{Shown(value)}'");
    }

    /// <summary>Whether the length is right; nothing else is said of a text that is too long.</summary>
    public bool Length(string path, string value, int min, int max)
    {
        // The schema counts characters as Unicode does, not UTF-16 units.
        int length = value.EnumerateRunes().Count();
        if (length >= min && length <= max)
            return true;
        Report(path, string.Create(CultureInfo.InvariantCulture, $"must have {min} to {max} characters, not {length}"));
        return false;
    }

    public bool Items(string path, int count, int max)
    {
        if (count <= max)
            return true;
        Report(path, string.Create(CultureInfo.InvariantCulture, $"must have at most {max} items, not {count}"));
        return false;
    }

    public void Matches(string path, string value, string pattern, string message)
    {
        if (!Fits(value, pattern))
            Report(path, message);
    }

    /// <summary>An amount of bytes within limits; null when it is none.</summary>
    public long? Amount(string path, string text, (long Min, long Max) range, string message)
    {
        bool amount = Length(path, text, 1, 20);
        if (amount && Fits(text, Wording.Amount) && Quantity.TryParse(text, out long bytes) && bytes >= range.Min && bytes <= range.Max)
            return bytes;
        if (amount)
            Report(path, message);
        return null;
    }

    public void ObjectName(string path, string name, int max)
    {
        if (Length(path, name, 0, max) && name.Length > 0)
            Matches(path, name, Wording.ObjectName, Wording.NameOfObject);
    }

    public void Unique(string path, IReadOnlyList<string> items)
    {
        if (items.Distinct(StringComparer.Ordinal).Count() != items.Count)
            Report(path, Wording.Twice);
    }

    // Without backtracking, as the API server's own expressions: no value takes long. A '$' of .NET also stands before a last
    // line feed, where the API server's does not.
    public static bool Fits(string value, string pattern) =>
        !value.EndsWith('\n') && Regex.IsMatch(value, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Shown(string text) => text.Length <= ShownMax ? text : text[..ShownMax] + "…";
}
