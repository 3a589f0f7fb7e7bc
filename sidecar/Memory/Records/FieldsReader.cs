using System.Text.Json;
using Thermocline.Memory.Ids;
using Thermocline.Store;

namespace Thermocline.Memory.Records;

/// <summary>Decodes what <see cref="FieldsWriter"/> wrote.</summary>
internal static class FieldsReader
{
    public static MemoryRecord Read(MemoryId id, in ReadLease lease) => Read(id, lease, lease.Value.ToArray());

    /// <summary>The same, with a content that was read elsewhere or is not wanted.</summary>
    public static MemoryRecord Read(MemoryId id, in ReadLease lease, ReadOnlyMemory<byte> content)
    {
        var record = new MemoryRecord
        {
            Id = id,
            Content = content,
            Type = MemoryDraft.TypeDefault,
            Tier = lease.Tier,
            Sequence = lease.Sequence,
        };
        try
        {
            return Fill(record, lease.Metadata);
        }
        catch (JsonException e)
        {
            throw new StoreException(StoreFault.Damaged, $"The fields of memory {id} cannot be read.", inner: e);
        }
    }

    /// <summary>Refuses fields written by a newer version before any meaning is taken from them.</summary>
    public static void CheckVersion(int version)
    {
        if (version != FieldNames.VersionNow)
            throw new StoreException(StoreFault.Unsupported, $"A memory's fields have version {version}; this one reads 1.");
    }

    private static MemoryRecord Fill(MemoryRecord record, ReadOnlySpan<byte> fields)
    {
        var json = new Utf8JsonReader(fields);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            byte name = json.ValueSpan.Length == 1 ? json.ValueSpan[0] : (byte)0;
            json.Read();
            record = Field(record, name, ref json, fields);
        }

        return record;
    }

    private static MemoryRecord Field(MemoryRecord record, byte name, ref Utf8JsonReader json, ReadOnlySpan<byte> fields)
    {
        switch (name)
        {
            case (byte)'v':
                CheckVersion(json.GetInt32());
                return record;
            case (byte)'c':
                return record with { CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(json.GetInt64()) };
            case (byte)'b':
                return record with { IsText = json.GetInt32() == 0 };
            case (byte)'t':
                return record with { Type = json.GetString() ?? MemoryDraft.TypeDefault };
            case (byte)'s':
                return record with { Session = json.GetString() };
            case (byte)'x':
                return record with { Context = json.GetString() };
            case (byte)'f':
                return record with { Files = Files(ref json) };
            case (byte)'g':
                return record with { Significance = Dimensions(ref json) };
            case (byte)'m':
                int start = (int)json.TokenStartIndex;
                json.Skip();
                return record with { Metadata = fields[start..(int)json.BytesConsumed].ToArray() };
            default:
                json.Skip();
                return record;
        }
    }

    private static List<string> Files(ref Utf8JsonReader json)
    {
        List<string> files = [];
        while (json.Read() && json.TokenType == JsonTokenType.String)
            files.Add(json.GetString() ?? "");
        return files;
    }

    private static Significance Dimensions(ref Utf8JsonReader json)
    {
        var significance = new Significance();
        for (int i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
        {
            if (json.TokenType == JsonTokenType.Number && i < Significance.Names.Count)
                significance = significance.With(i, json.GetDouble());
        }

        return significance;
    }
}
