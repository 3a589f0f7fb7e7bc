namespace Thermocline.Memory.Import;

/// <summary>
/// Records of a JSON file of any of the shapes that <see cref="JsonSplitter"/> knows. An element that holds messages of
/// its own, such as a session in an array of sessions, is taken apart once more.
/// </summary>
internal sealed class JsonDocumentReader(Stream stream, string? rootContainer, int recordBytesMax) : IRecordReader
{
    private readonly JsonSplitter _splitter = new(stream, rootContainer, recordBytesMax);
    private JsonSplitter? _inner;
    private RecordPlace _innerAt;

    public int BufferBytes => _splitter.BufferBytes + (_inner?.BufferBytes ?? 0);

    public bool TryRead(out SourceItem item)
    {
        item = default;
        if (!TryPiece(out JsonPiece piece))
            return false;
        item = piece.Problem is not null
            ? SourceItem.Rejected(piece.Place.Line, piece.Place.Offset, piece.Problem)
            : RecordMapping.Map(piece.Value, piece.Place);
        return true;
    }

    private bool TryPiece(out JsonPiece piece)
    {
        while (true)
        {
            if (_inner is not null)
            {
                if (_inner.TryRead(out piece))
                {
                    // Counted from the start of the element: a person looks for the place in the file.
                    piece = piece with
                    {
                        Place = piece.Place with
                        {
                            Line = _innerAt.Line + piece.Place.Line - 1,
                            Offset = _innerAt.Offset + piece.Place.Offset,
                        },
                    };
                    return true;
                }

                _inner = null;
            }

            if (!_splitter.TryRead(out piece))
                return false;
            if (!HoldsMessages(piece))
                return true;
            _innerAt = piece.Place;
            _inner = new JsonSplitter(new MemoryStream(piece.Value.ToArray()), piece.Place.Container, recordBytesMax);
        }
    }

    /// <summary>Whether an element may hold messages; what only looks so comes out of the inner splitter as it went in.</summary>
    private static bool HoldsMessages(in JsonPiece piece) =>
        piece is { Problem: null, Place: { IsEnvelope: false, Member: null, Container: null or "sessions" } }
        && piece.Value.Span.StartsWith("{"u8)
        && (piece.Value.Span.IndexOf("\"messages\""u8) >= 0 || piece.Value.Span.IndexOf("\"turns\""u8) >= 0);
}
