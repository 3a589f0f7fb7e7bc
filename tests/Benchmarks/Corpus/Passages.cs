using System.Text;
using System.Text.RegularExpressions;

namespace Thermocline.Benchmarks.Corpus;

/// <summary>Cuts a text into passages as long as memories are: most of some hundred bytes, a few of some thousand.</summary>
internal static partial class Passages
{
    private const int PassagesMax = 60;
    private const double MedianLength = 500;
    private const double Spread = 0.7;
    private const int LengthMin = 60;
    private const int LengthMax = 4_400;

    public static IEnumerable<string> Of(TextFile file, Random random)
    {
        string text = file.Kind == TextKind.Manual ? WithoutMacros(file.Read()) : file.Read();
        int count = 0;
        var passage = new StringBuilder();
        int wanted = NextLength(random);
        foreach (string paragraph in BlankLines().Split(text))
        {
            string rest = Spaces().Replace(paragraph, " ").Trim();
            while (rest.Length > 0)
            {
                string part = TakeUpTo(rest, wanted - passage.Length);
                rest = rest[part.Length..].TrimStart();
                passage.Append(passage.Length > 0 ? "\n" : "").Append(part);
                if (passage.Length < wanted)
                    continue;
                yield return passage.ToString();
                if (++count == PassagesMax)
                    yield break;
                passage.Clear();
                wanted = NextLength(random);
            }
        }

        if (passage.Length >= LengthMin)
            yield return passage.ToString();
    }

    // Log-normal, by Box and Muller.
    private static int NextLength(Random random)
    {
        double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return (int)Math.Clamp(MedianLength * Math.Exp(Spread * normal), LengthMin, LengthMax);
    }

    // To the end of the word.
    private static string TakeUpTo(string text, int length)
    {
        if (text.Length <= length)
            return text;
        int space = text.IndexOf(' ', Math.Max(length, 1) - 1);
        return space < 0 ? text : text[..space];
    }

    private static string WithoutMacros(string roff) =>
        Escapes().Replace(MacroLines().Replace(roff, match => match.Groups[1].Success ? "\n" : ""), match => match.Value switch { @"\-" => "-", @"\ " => " ", _ => "" });

    [GeneratedRegex(@"\n\s*\n")]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^[.'](\\""|(TH|so|if|ie|el|de|ds|nr|ft|ne|in|ti|ad|nh|hy|IX|SH|TP|PP|sp|RS|RE|nf|fi|br)\b).*\n?|^[.'][A-Za-z]+ ?", RegexOptions.Multiline)]
    private static partial Regex MacroLines();

    [GeneratedRegex(@"\\(f[A-Z0-9]|f\(..|\(..|\*\(..|[-&e|^/,% ])")]
    private static partial Regex Escapes();
}
