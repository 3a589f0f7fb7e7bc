namespace Thermocline.Memory.Import;

/// <summary>One JSON value a line; empty lines are left out. A line that cannot be read does not touch its neighbours.</summary>
internal sealed class JsonLinesReader(Stream stream, int recordBytesMax) : IRecordReader
{
    private readonly LineReader _lines = new(stream, recordBytesMax);

    public int BufferBytes => _lines.BufferBytes;

    public bool TryRead(out SourceItem item)
    {
        while (_lines.TryRead(out Line line))
        {
            if (line.IsCut)
            {
                item = SourceItem.Rejected(line.Number, line.Offset, $"The line is longer than {recordBytesMax:N0} bytes.");
                SkipRest();
                return true;
            }

            if (line.Bytes.Trim(" \t\r"u8).IsEmpty)
                continue;
            item = RecordMapping.Map(line.Bytes.ToArray(), new RecordPlace(line.Number, line.Offset));
            return true;
        }

        item = default;
        return false;
    }

    private void SkipRest()
    {
        while (_lines.TryRead(out Line piece) && piece.IsCut)
        {
        }
    }
}
