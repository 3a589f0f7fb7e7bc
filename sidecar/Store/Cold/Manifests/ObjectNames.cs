using System.Globalization;

namespace Thermocline.Store.Cold.Manifests;

/// <summary>How the objects of a store are named (docs/FORMAT.md, The bucket).</summary>
internal static class ObjectNames
{
    public const string Manifest = "manifest";
    public const string Identity = "identity";
    public const string Segments = "segments/";
    public const string Tails = "tail/";

    private const string SegmentEnding = ".seg";
    private const int HashDigits = 32;
    private const int Digits = 10;

    /// <summary>The name of a shipped segment: the numbers it covers, and its content.</summary>
    public static string Segment(int first, int last, string sha256) => string.Create(
        CultureInfo.InvariantCulture, $"{Segments}{first:D10}-{last:D10}-{sha256.AsSpan(0, HashDigits)}{SegmentEnding}");

    /// <summary>The name of a piece of an unsealed segment.</summary>
    public static string Tail(string writer, int segment, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{TailOf(writer, segment)}{index:D10}");

    /// <summary>What the names of all pieces of an unsealed segment start with.</summary>
    public static string TailOf(string writer, int segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{Tails}{writer}/{segment:D10}/");

    /// <summary>Whether this is the name of a shipped segment.</summary>
    public static bool IsSegment(string name)
    {
        if (!name.StartsWith(Segments, StringComparison.Ordinal) || !name.EndsWith(SegmentEnding, StringComparison.Ordinal))
            return false;
        string[] parts = name[Segments.Length..^SegmentEnding.Length].Split('-');
        return parts is [var first, var last, var hash]
            && TryNumber(first, out _) && TryNumber(last, out _) && IsHex(hash, HashDigits);
    }

    /// <summary>Takes the name of a piece of a tail apart.</summary>
    public static bool TryTail(string name, out (string Writer, int Segment, int Index) piece)
    {
        piece = default;
        if (name.Split('/') is not ["tail", var writer, var segment, var index]
            || !IsWriter(writer) || !TryNumber(segment, out int number) || !TryNumber(index, out int position))
        {
            return false;
        }

        piece = (writer, number, position);
        return true;
    }

    /// <summary>Whether this can be the id of a writer: 32 lower-case hexadecimal digits.</summary>
    public static bool IsWriter(string? writer) => writer is not null && IsHex(writer, 32);

    public static bool IsHex(string text, int digits) =>
        text.Length == digits && text.All(static digit => digit is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length == Digits && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
