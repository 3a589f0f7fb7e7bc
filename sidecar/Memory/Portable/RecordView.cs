using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Thermocline.Memory.Ids;
using Thermocline.Memory.Records;
using Thermocline.Store;

namespace Thermocline.Memory.Portable;

/// <summary>
/// A record as an export sees it: what it is, and in which form it goes out so that an import gives back every byte.
/// Valid as long as the lease is.
/// </summary>
internal readonly ref struct RecordView
{
    // An escaped character takes up to six bytes; a larger text is shorter, and below the importer's bound, in base 64.
    private const long TextBytesMax = 20L << 20;

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Where(letter => letter is not ('"' or '\\')).Select(letter => (byte)letter)]);

    public RecordView(in ReadLease lease)
    {
        ComposedKey = lease.Key;
        Value = lease.Value;
        Metadata = lease.Metadata;
        Sequence = lease.Sequence;
        WrittenAtMs = lease.WrittenAtMs;
        ExpiresAtMs = lease.ExpiresAtMs;
        HasNames = ComposedKey[0] > 0 && ComposedKey.Length > ComposedKey[0] && Utf8.IsValid(Collection) && Utf8.IsValid(Key);
        Memory = HasNames ? MemoryOf(lease) : null;
        ValueIsText = Memory?.IsText ?? FitsAsText(Value);
    }

    public ReadOnlySpan<byte> ComposedKey { get; }

    public ReadOnlySpan<byte> Value { get; }

    public ReadOnlySpan<byte> Metadata { get; }

    public ulong Sequence { get; }

    public long WrittenAtMs { get; }

    public long ExpiresAtMs { get; }

    /// <summary>Whether the key consists of a collection and a key in UTF-8; a library may write any bytes.</summary>
    public bool HasNames { get; }

    public ReadOnlySpan<byte> Collection => Keys.CollectionOf(ComposedKey);

    public ReadOnlySpan<byte> Key => Keys.KeyOf(ComposedKey);

    /// <summary>The memory, when this is one whose JSON form says everything that is stored; its content is in <see cref="Value"/>.</summary>
    public MemoryRecord? Memory { get; }

    public bool ValueIsText { get; }

    private static MemoryRecord? MemoryOf(in ReadLease lease)
    {
        if (!MemoryKeys.IsOne(lease.Key) || !MemoryKeys.TryRead(lease.Key, out MemoryId id) || lease.Value.IsEmpty)
            return null;
        try
        {
            MemoryRecord memory = FieldsReader.Read(id, lease, default);
            bool isExact = lease.Key.SequenceEqual(MemoryKeys.Of(id))
                && lease.Metadata.SequenceEqual(FieldsWriter.Write(Draft(memory), memory.CreatedAt.ToUnixTimeMilliseconds()))
                && (!memory.IsText || FitsAsText(lease.Value))
                && memory.Metadata.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0;
            return isExact ? memory : null;
        }
        catch (Exception failure) when (failure is StoreException or JsonException or InvalidOperationException or FormatException
            or ArgumentException)
        {
            // Fields of another version, or none of ours: the bytes go out as they are.
            return null;
        }
    }

    public static MemoryDraft Draft(MemoryRecord memory) => new()
    {
        Content = memory.Content,
        IsText = memory.IsText,
        Type = memory.Type,
        Session = memory.Session,
        Context = memory.Context,
        Files = memory.Files,
        Metadata = memory.Metadata,
        Significance = memory.Significance,
        Id = memory.Id,
        CreatedAt = memory.CreatedAt,
    };

    private static bool FitsAsText(ReadOnlySpan<byte> value)
    {
        if (!Utf8.IsValid(value))
            return false;
        if (value.Length * 6L <= TextBytesMax)
            return true;
        long escaped = 0;
        foreach (byte each in value)
            escaped += Plain.Contains(each) ? 0 : 5;
        return value.Length + escaped <= TextBytesMax;
    }
}
