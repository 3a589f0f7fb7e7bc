using System.Text;
using System.Text.Unicode;

namespace Thermocline.Memory.Import;

/// <summary>
/// Markdown split at its headings (those with number signs, outside fenced code); each record names the headings it
/// stands under. A section longer than a record is split at its paragraphs, like plain text.
/// </summary>
internal sealed class MarkdownReader(Stream stream, string file) : IRecordReader
{
    private const int LevelMax = 6;
    private const int HeadingBytesMax = 200;

    private readonly LineReader _lines = new(stream, ImportLimits.TextBytesMax - 1);
    private readonly TextSection _section = new(file, "document");
    private readonly string?[] _headings = new string?[LevelMax];
    private byte _fence;

    public bool TryRead(out SourceItem item)
    {
        while (_lines.TryRead(out Line line))
        {
            int level = Level(line.Bytes);
            bool isBreak = _fence == 0 && line.Bytes.Trim(" \t"u8).IsEmpty && _section.Bytes >= ImportLimits.TextBytesMin;
            item = default;
            bool isReady = (level > 0 || isBreak || !_section.Fits(line.Bytes.Length)) && _section.TryTake(Heading(), out item);
            if (level > 0)
                Enter(level, line.Bytes);
            _section.Add(line);
            if (isReady)
                return true;
        }

        return _section.TryTake(Heading(), out item);
    }

    /// <summary>Level of a heading line, or 0; keeps track of fenced code on the way.</summary>
    private int Level(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.TrimStart((byte)' ');
        if (text.StartsWith("```"u8) || text.StartsWith("~~~"u8))
        {
            if (_fence == 0)
                _fence = text[0];
            else if (_fence == text[0])
                _fence = 0;
            return 0;
        }

        int level = line.IndexOfAnyExcept((byte)'#');
        return _fence == 0 && level is > 0 and <= LevelMax && line[level] is (byte)' ' or (byte)'\t' ? level : 0;
    }

    private void Enter(int level, ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> name = line[level..].Trim(" \t#"u8);
        name = name[..Math.Min(name.Length, HeadingBytesMax)];
        _headings[level - 1] = Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;
        _headings.AsSpan(level).Clear();
    }

    private string? Heading()
    {
        string path = string.Join(" > ", _headings.Where(heading => heading is not null));
        return path.Length == 0 ? null : path;
    }
}
