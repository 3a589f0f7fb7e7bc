using System.Text.Json;

namespace Thermocline.Memory.Records;

/// <summary>The few fields a search looks at, read from a frame's metadata without allocating.</summary>
/// <param name="CreatedMs">When the memory came to be, milliseconds since 1970.</param>
/// <param name="IsText">Whether the content is text.</param>
/// <param name="IsBreakthrough">Whether the type is <c>breakthrough</c>.</param>
/// <param name="Matches">Whether type, session and file are the wanted ones.</param>
internal readonly record struct RecordHead(long CreatedMs, bool IsText, bool IsBreakthrough, bool Matches)
{
    private static ReadOnlySpan<byte> Breakthrough => "breakthrough"u8;

    /// <summary>Reads the head; a wanted value that is null is not asked for.</summary>
    /// <exception cref="JsonException">The bytes are not what was written.</exception>
    public static RecordHead Read(ReadOnlySpan<byte> fields, byte[]? type, byte[]? session, byte[]? file)
    {
        var json = new Utf8JsonReader(fields);
        var head = new RecordHead(0, true, false, true);
        bool sessionSeen = session is null;
        bool fileSeen = file is null;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueSpan.Length == 1)
        {
            byte name = json.ValueSpan[0];
            json.Read();
            if (name == (byte)'v')
                FieldsReader.CheckVersion(json.GetInt32());
            else if (name == (byte)'c')
                head = head with { CreatedMs = json.GetInt64() };
            else if (name == (byte)'b')
                head = head with { IsText = false };
            else if (name == (byte)'t')
                head = head with { IsBreakthrough = json.ValueTextEquals(Breakthrough), Matches = type is null || json.ValueTextEquals(type) };
            else if (name == (byte)'s')
                sessionSeen = session is null || json.ValueTextEquals(session);
            else if (name == (byte)'f')
                fileSeen |= Names(ref json, file);
            else
                break; // Fields are written in order: the rest is not for a search.
        }

        return head with { Matches = head.Matches && sessionSeen && fileSeen };
    }

    private static bool Names(ref Utf8JsonReader json, byte[]? file)
    {
        bool found = false;
        while (json.Read() && json.TokenType == JsonTokenType.String)
            found |= file is not null && json.ValueTextEquals(file);
        return found;
    }
}
