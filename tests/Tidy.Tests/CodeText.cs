using System.Text;

namespace Thermocline.Tidy.Tests;

/// <summary>
/// Blanks comments and string contents of C# text, character for character, so that positions and lines stay. What
/// stands in the holes of an interpolated string is code and stays.
/// </summary>
internal static class CodeText
{
    public static string Of(string text)
    {
        var code = new StringBuilder(text);
        Scan(text, code, 0, hole: false);
        return code.ToString();
    }

    // Returns the position after the brace that closes an interpolation hole, or the end of the text.
    private static int Scan(string text, StringBuilder code, int at, bool hole)
    {
        int depth = 0;
        while (at < text.Length)
        {
            if (Next(text, at, "//") || Next(text, at, "/*"))
            {
                at = Comment(text, code, at);
            }
            else if (text[at] == '\'')
            {
                at = Quoted(text, code, at + 1, '\'');
            }
            else if (StringStart(text, at) is int quote && quote >= 0)
            {
                at = Literal(text, code, at, quote);
            }
            else
            {
                depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
                at++;
                if (hole && depth < 0)
                {
                    return at;
                }
            }
        }

        return at;
    }

    private static int Comment(string text, StringBuilder code, int at)
    {
        bool line = text[at + 1] == '/';
        int end = text.IndexOf(line ? "\n" : "*/", at + 2, StringComparison.Ordinal);
        end = end < 0 ? text.Length : line ? end : end + 2;
        Blank(code, at, end);
        return end;
    }

    // The position of the first quote when a literal with any prefix of $ and @ starts here, else -1.
    private static int StringStart(string text, int at)
    {
        int quote = at;
        while (quote < text.Length && text[quote] is '$' or '@')
        {
            quote++;
        }

        return quote < text.Length && text[quote] == '"' ? quote : -1;
    }

    private static int Literal(string text, StringBuilder code, int start, int quote)
    {
        string prefix = text[start..quote];
        int quotes = 0;
        while (quote + quotes < text.Length && text[quote + quotes] == '"')
        {
            quotes++;
        }

        if (quotes >= 3)
        {
            return Delimited(text, code, quote + quotes, new string('"', quotes), prefix.Length, verbatim: false);
        }

        bool interpolated = prefix.Contains('$', StringComparison.Ordinal);
        return !interpolated && prefix.Length == 0
            ? Quoted(text, code, quote + 1, '"')
            : Delimited(
                text, code, quote + 1, "\"", interpolated ? 1 : 0, prefix.Contains('@', StringComparison.Ordinal), escapes: true);
    }

    private static int Quoted(string text, StringBuilder code, int at, char quote)
    {
        while (at < text.Length && text[at] != quote)
        {
            int step = text[at] == '\\' ? 2 : 1;
            Blank(code, at, Math.Min(at + step, text.Length));
            at += step;
        }

        return at + 1;
    }

    private static int Delimited(
        string text, StringBuilder code, int at, string delimiter, int braces, bool verbatim, bool escapes = false)
    {
        string open = new('{', Math.Max(braces, 1));
        while (at < text.Length)
        {
            bool pair = escapes && (verbatim ? Next(text, at, "\"\"") : text[at] == '\\');
            pair |= escapes && braces > 0 && (Next(text, at, "{{") || Next(text, at, "}}"));
            if (pair)
            {
                Blank(code, at, Math.Min(at + 2, text.Length));
                at += 2;
            }
            else if (Next(text, at, delimiter))
            {
                return at + delimiter.Length;
            }
            else if (braces > 0 && Next(text, at, open))
            {
                // The closing braces of a raw hole beyond the first are blanked as text, which is harmless.
                at = Scan(text, code, at + open.Length, hole: true);
            }
            else
            {
                Blank(code, at, at + 1);
                at++;
            }
        }

        return at;
    }

    private static bool Next(string text, int at, string expected) =>
        string.CompareOrdinal(text, at, expected, 0, expected.Length) == 0;

    private static void Blank(StringBuilder code, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            if (code[i] is not ('\n' or '\r'))
            {
                code[i] = ' ';
            }
        }
    }
}
