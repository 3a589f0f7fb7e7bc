using System.Text;
using System.Text.Unicode;

namespace Thermocline.Memory.Import;

/// <summary>Files of stanzas with <c>Field: value</c> lines, such as package lists: one record a stanza, named by its first line.</summary>
internal sealed class StanzaReader(Stream stream, string file) : IRecordReader
{
    private readonly LineReader _lines = new(stream, ImportLimits.TextBytesMax - 1);
    private readonly TextSection _section = new(file, "package");
    private string? _heading;

    public bool TryRead(out SourceItem item)
    {
        while (_lines.TryRead(out Line line))
        {
            bool isBreak = line.Bytes.Trim(" \t"u8).IsEmpty;
            item = default;
            bool isReady = (isBreak || !_section.Fits(line.Bytes.Length)) && _section.TryTake(_heading, out item);
            if (isBreak)
                _heading = null;
            else
                Add(line);
            if (isReady)
                return true;
        }

        return _section.TryTake(_heading, out item);
    }

    private void Add(Line line)
    {
        if (_heading is null && Utf8.IsValid(line.Bytes))
            _heading = Encoding.UTF8.GetString(line.Bytes[..Math.Min(line.Bytes.Length, 200)]);
        _section.Add(line);
    }
}
