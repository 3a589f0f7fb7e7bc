using System.Globalization;

namespace Thermocline.Store.Cold.Dapr;

/// <summary>A generation of an object that may exist: written down before anything of it is written, struck out after all of it is gone.</summary>
internal readonly record struct IndexEntry(string Name, string Id, int Parts, long BegunMs)
{
    private const int IdLetters = 32;

    public static bool IsId(string id) => id.Length == IdLetters && id.All(char.IsAsciiHexDigitLower);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Id} {Parts} {BegunMs}");

    public static bool TryParse(string line, out IndexEntry entry)
    {
        string[] words = line.Split(' ');
        entry = default;
        if (words.Length != 4 || !ColdName.IsValid(words[0]) || !IsId(words[1])
            || !int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out int parts) || parts > DaprHead.PartsMax
            || !long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long begun))
        {
            return false;
        }

        entry = new IndexEntry(words[0], words[1], parts, begun);
        return true;
    }
}
