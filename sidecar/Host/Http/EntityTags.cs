using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Thermocline.Sidecar.Http;

/// <summary>A list of entity tags as If-Match and If-None-Match carry it: <c>*</c>, or tags of sequence numbers.</summary>
internal sealed class EntityTags
{
    private const int TagsMax = 64;

    private readonly List<ulong> _sequences = [];

    private EntityTags()
    {
    }

    /// <summary>Whether it is <c>*</c>: any record.</summary>
    public bool Any { get; private init; }

    /// <summary>The sequence numbers it names. A tag that is none of ours names nothing and so matches nothing.</summary>
    public IReadOnlyList<ulong> Sequences => _sequences;

    /// <summary>The tag of a sequence number.</summary>
    public static string Tag(ulong sequence) => string.Create(CultureInfo.InvariantCulture, $"\"{sequence}\"");

    /// <summary>
    /// Reads a header; null tags when it is absent. Weak tags are refused where bytes must be the same
    /// (<paramref name="strong"/>), and compared like strong ones where they need not.
    /// </summary>
    public static (EntityTags? Tags, Problem? Problem) Read(StringValues header, string name, bool strong)
    {
        if (header.Count == 0)
            return (null, null);
        string text = header.ToString().Trim();
        if (text == "*")
            return (new EntityTags { Any = true }, null);
        EntityTags tags = new();
        string? wrong = tags.Add(text, strong);
        return wrong is null
            ? (tags, null)
            : (null, new Problem(400, ProblemCode.ConditionInvalid, "A condition is not valid.", $"{name}: {wrong}"));
    }

    /// <summary>Whether a record of this sequence number is among them.</summary>
    public bool Match(ulong sequence) => Any || _sequences.Contains(sequence);

    /// <summary>One tag, as a batch operation carries it: with or without its quotes.</summary>
    public static bool TryParseTag(string text, out ulong sequence)
    {
        ReadOnlySpan<char> digits = text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text.AsSpan(1, text.Length - 2) : text;
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }

    private string? Add(string text, bool strong)
    {
        int position = 0;
        int count = 0;
        while (position < text.Length)
        {
            if (text[position] is ' ' or '\t' or ',')
            {
                position++;
                continue;
            }
            if (++count > TagsMax)
                return $"at most {TagsMax} tags.";
            bool weak = text.AsSpan(position).StartsWith("W/\"", StringComparison.Ordinal);
            if (weak && strong)
                return "weak tags cannot guard a write.";
            int open = weak ? position + 2 : position;
            int close = text[open] == '"' ? text.IndexOf('"', open + 1) : -1;
            if (close < 0)
                return "a list of tags in double quotes, or *.";
            if (ulong.TryParse(text.AsSpan(open + 1, close - open - 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong sequence))
                _sequences.Add(sequence);
            position = close + 1;
        }
        return count == 0 ? "a list of tags in double quotes, or *." : null;
    }
}
