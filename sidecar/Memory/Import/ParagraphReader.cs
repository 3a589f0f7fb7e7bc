namespace Thermocline.Memory.Import;

/// <summary>
/// Plain text in records of about 2 to 4 KiB: paragraphs are kept together until there is enough, and a line never
/// starts in one record and ends in another unless it is longer than a record.
/// </summary>
internal sealed class ParagraphReader(Stream stream, string file) : IRecordReader
{
    private readonly LineReader _lines = new(stream, ImportLimits.TextBytesMax - 1);
    private readonly TextSection _section = new(file, "document");

    public bool TryRead(out SourceItem item)
    {
        while (_lines.TryRead(out Line line))
        {
            bool isBreak = line.Bytes.Trim(" \t"u8).IsEmpty;
            bool isFull = !_section.Fits(line.Bytes.Length) || (isBreak && _section.Bytes >= ImportLimits.TextBytesMin);
            item = default;
            bool isReady = isFull && _section.TryTake(null, out item);
            _section.Add(line);
            if (isReady)
                return true;
        }

        return _section.TryTake(null, out item);
    }
}
