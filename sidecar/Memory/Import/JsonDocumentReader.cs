namespace Thermocline.Memory.Import;

/// <summary>Records of a JSON file of any of the shapes that <see cref="JsonSplitter"/> knows.</summary>
internal sealed class JsonDocumentReader(Stream stream, string? rootContainer, int recordBytesMax) : IRecordReader
{
    private readonly JsonSplitter _splitter = new(stream, rootContainer, recordBytesMax);

    public int BufferBytes => _splitter.BufferBytes;

    public bool TryRead(out SourceItem item)
    {
        item = default;
        if (!_splitter.TryRead(out JsonPiece piece))
            return false;
        item = piece.Problem is not null
            ? SourceItem.Rejected(piece.Place.Line, piece.Place.Offset, piece.Problem)
            : RecordMapping.Map(piece.Value, piece.Place);
        return true;
    }
}
