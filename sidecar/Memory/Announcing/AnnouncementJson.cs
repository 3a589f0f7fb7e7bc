using System.Buffers;
using System.Text.Json;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Json;
using Thermocline.Store.Tiering;

namespace Thermocline.Memory.Announcing;

/// <summary>The events of one save, as they are stored and told.</summary>
internal static class AnnouncementJson
{
    // An object with a session of ordinary length; longer ones make the buffer grow.
    private const int ObjectBytes = 176;
    private const int ArrayBytes = 16;

    /// <summary>An array of an object for each memory that was made.</summary>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<MemoryDraft> drafts, ReadOnlySpan<SavedMemory> saved)
    {
        var bytes = new ArrayBufferWriter<byte>(ArrayBytes + (saved.Length * ObjectBytes));
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            for (int i = 0; i < saved.Length; i++)
            {
                if (saved[i].Created)
                    Write(json, drafts[i], saved[i]);
            }

            json.WriteEndArray();
        }

        return bytes.WrittenMemory;
    }

    /// <summary>Every object of the array, each as the bytes it stands there with.</summary>
    /// <exception cref="JsonException">The bytes are not what was written.</exception>
    public static IReadOnlyList<AnnouncedWrite> Read(ReadOnlyMemory<byte> stored)
    {
        var writes = new List<AnnouncedWrite>();
        var json = new Utf8JsonReader(stored.Span);
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
            throw new JsonException("An announcement is an array.");
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            int start = (int)json.TokenStartIndex;
            AnnouncedWrite write = ReadOne(ref json);
            writes.Add(write with { Payload = stored[start..(int)json.BytesConsumed] });
        }

        return writes;
    }

    private static void Write(Utf8JsonWriter json, MemoryDraft draft, SavedMemory saved)
    {
        Span<byte> id = stackalloc byte[MemoryId.TextLength];
        saved.Id.WriteTo(id);
        json.WriteStartObject();
        json.WriteString("memory_id"u8, id);
        if (draft.Session is not null)
            json.WriteString("context_id"u8, draft.Session);
        json.WriteNumber("ltp_strength"u8, Strength.Initial);
        json.WriteString("timestamp"u8, MemoryJson.Time(saved.CreatedAt));
        json.WriteEndObject();
    }

    private static AnnouncedWrite ReadOne(ref Utf8JsonReader json)
    {
        var write = new AnnouncedWrite("", "", "", default);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = json.ValueTextEquals("memory_id"u8);
            bool isContext = json.ValueTextEquals("context_id"u8);
            bool isTime = json.ValueTextEquals("timestamp"u8);
            json.Read();
            if (isId)
                write = write with { Id = json.GetString()! };
            else if (isContext)
                write = write with { ContextId = json.GetString()! };
            else if (isTime)
                write = write with { Timestamp = json.GetString()! };
            else
                json.Skip();
        }

        return write.Id.Length > 0 && json.TokenType == JsonTokenType.EndObject
            ? write
            : throw new JsonException("An announcement without an identifier.");
    }
}
