using System.Text.RegularExpressions;

namespace Thermocline.Tidy.Tests;

/// <summary>The repository speaks of the project alone: no unfinished marks, no places of one machine.</summary>
internal static class Wording
{
    // Put together from halves, so that this file does not find itself.
    private static readonly (string Pattern, string Instead)[] Unwanted =
    [
        (@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|X" + @"XX)\b", "Finish it, or open an issue and name it"),
        (@"(?<![\w.~\-/:}])/(wo" + @"rk|ro" + @"ot|ho" + @"me|Us" + @"ers)/[\w.]", "Name a path from the repository root, or a placeholder"),
        (@"/t" + @"mp/wt-", "Name a path from the repository root"),
    ];

    public static IEnumerable<string> In(SourceFile file) =>
        from unwanted in file.Name == "packages.lock.json" ? [] : Unwanted
        from Match match in Regex.Matches(file.Text, unwanted.Pattern)
        select $"{file.Path}:{file.LineOf(match.Index)} says '{match.Value}'. {unwanted.Instead}.";
}
