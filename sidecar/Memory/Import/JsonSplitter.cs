using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Thermocline.Memory.Import;

/// <summary>
/// Cuts a JSON stream into records: the elements of a root array; the elements or members of the known containers of a
/// root object (<c>{"memories":[…]}</c>, <c>{"math_solutions":{…}}</c>), and what is left of that object as one more; any
/// other root value as one record. Several root values may follow each other.
/// </summary>
internal sealed class JsonSplitter(Stream stream, string? rootContainer, int recordBytesMax)
{
    private static readonly string[] ArrayContainers = ["memories", "sessions", "records", "messages", "turns"];
    private static readonly string[] MapContainers = ["math_solutions"];
    private static readonly string[] SessionFields = ["id", "session", "session_id", "sessionId"];

    private readonly JsonCursor _cursor = new(stream, recordBytesMax);
    private readonly ArrayBufferWriter<byte> _left = new();
    private Level _level = Level.Start;
    private Level _outer;
    private bool _needsComma;
    private bool _sawContainer;
    private string? _container;
    private string? _session;

    private enum Level
    {
        Start,
        Root,
        Array,
        Object,
        Map,
        End,
    }

    /// <summary>Bytes held at most so far.</summary>
    public int BufferBytes => _cursor.BufferBytes + _left.Capacity;

    /// <summary>The next value or problem; false at the end.</summary>
    public bool TryRead(out JsonPiece piece)
    {
        JsonPiece? found = null;
        while (found is null && _level != Level.End)
            found = Step();
        piece = found ?? default;
        return found is not null;
    }

    private JsonPiece? Step()
    {
        if (_level == Level.Start)
        {
            _cursor.SkipByteOrderMark();
            _level = Level.Root;
        }

        int next = _cursor.Peek();
        if (next < 0)
            return AtEnd();
        return _level == Level.Root ? AtRoot(next) : Inside(next);
    }

    private JsonPiece? AtEnd()
    {
        bool isWhole = _level == Level.Root;
        _level = Level.End;
        return isWhole ? null : Problem("The file ends before its JSON does; what was read so far is kept.");
    }

    private JsonPiece? AtRoot(int next)
    {
        if (next == '[')
            return Enter(Level.Array, Level.Root);
        if (next == '{')
        {
            _left.ResetWrittenCount();
            _sawContainer = false;
            _session = null;
            return Enter(Level.Object, Level.Root);
        }

        if (next is '"' or '-' or 't' or 'f' or 'n' or (>= '0' and <= '9'))
            return Value(Place());
        _level = Level.End;
        return Problem("This is not JSON; the rest of the file was left out.");
    }

    private JsonPiece? Enter(Level level, Level outer)
    {
        _cursor.Skip();
        _outer = outer;
        _level = level;
        _needsComma = false;
        return null;
    }

    private JsonPiece? Inside(int next)
    {
        if (next == (_level == Level.Array ? ']' : '}'))
            return Leave();
        if (next is ']' or '}')
        {
            _level = Level.End;
            return Problem($"Unexpected '{(char)next}'; the rest of the file was left out.");
        }

        if (next == ',')
        {
            _cursor.Skip();
            bool expected = _needsComma;
            _needsComma = false;
            return expected ? null : Problem("Two commas, or one before the first value.");
        }

        JsonPiece? missing = _needsComma ? Problem("A comma is missing between two values.") : null;
        _needsComma = false;
        if (missing is not null)
            return missing;
        _needsComma = true;
        return _level == Level.Array ? Value(Place()) : Member(next);
    }

    private JsonPiece? Leave()
    {
        JsonPiece? left = _level == Level.Object ? Leftover() : null;
        _cursor.Skip();
        _level = _outer;
        // Behind a container, its object goes on.
        _outer = Level.Root;
        _needsComma = true;
        _container = null;
        return left;
    }

    private JsonPiece? Leftover()
    {
        if (_left.WrittenCount == 0)
            return _sawContainer ? null : new JsonPiece("{}"u8.ToArray(), Place(), null);
        _left.Write("}"u8);
        return new JsonPiece(_left.WrittenMemory, Place() with { IsEnvelope = _sawContainer }, null);
    }

    private JsonPiece? Member(int next)
    {
        if (next != '"')
        {
            _level = Level.End;
            return Problem("A field's name in quotes was expected; the rest of the file was left out.");
        }

        RecordPlace place = Place();
        if (_cursor.ReadValue(out ReadOnlyMemory<byte> quoted) is { } wrong)
            return Broken(place, wrong);
        byte[] name = quoted.ToArray();
        if (_cursor.Peek() != ':')
        {
            _level = Level.End;
            return Problem("A colon was expected behind a field's name; the rest of the file was left out.");
        }

        _cursor.Skip();
        int first = _cursor.Peek();
        if (first < 0)
            return AtEnd();
        string plain = Unquote(name);
        return _level == Level.Map ? Value(place with { Member = plain }) : Field(name, plain, first, place);
    }

    private JsonPiece? Field(byte[] name, string plain, int first, RecordPlace place)
    {
        bool isArray = first == '[' && ArrayContainers.Contains(plain, StringComparer.Ordinal);
        bool isMap = first == '{' && MapContainers.Contains(plain, StringComparer.Ordinal);
        if (isArray || isMap)
        {
            _sawContainer = true;
            _container = plain;
            return Enter(isArray ? Level.Array : Level.Map, Level.Object);
        }

        if (_cursor.ReadValue(out ReadOnlyMemory<byte> value) is { } wrong)
            return Broken(place, wrong);
        if (_left.WrittenCount + name.Length + value.Length + 3 > recordBytesMax)
            return new JsonPiece(default, place, $"The object is longer than {recordBytesMax:N0} bytes; this field was left out.");
        _left.Write(_left.WrittenCount == 0 ? "{"u8 : ","u8);
        _left.Write(name);
        _left.Write(":"u8);
        _left.Write(value.Span);
        if (SessionFields.Contains(plain, StringComparer.Ordinal) && first == '"')
            _session ??= Unquote(value.Span);
        return null;
    }

    /// <summary>The text of a quoted string; one that JSON does not allow is taken as its bytes stand.</summary>
    private static string Unquote(ReadOnlySpan<byte> quoted)
    {
        try
        {
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            return reader.GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Encoding.UTF8.GetString(quoted[1..^1]);
        }
    }

    private JsonPiece? Value(RecordPlace place)
    {
        return _cursor.ReadValue(out ReadOnlyMemory<byte> value) is { } wrong
            ? Broken(place, wrong)
            : new JsonPiece(value, place, null);
    }

    private JsonPiece Broken(RecordPlace place, string wrong)
    {
        // The end of the file is reported once, where it hurt.
        if (wrong == JsonCursor.EndsInside)
            _level = Level.End;
        return new JsonPiece(default, place, wrong);
    }

    private RecordPlace Place() => new(_cursor.Line, _cursor.Offset) { Container = _container ?? rootContainer, Session = _container is null ? null : _session };

    private JsonPiece Problem(string what) => new(default, Place(), what);
}
