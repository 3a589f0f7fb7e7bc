using System.Collections.Frozen;
using System.Globalization;
using Thermocline.Resp;

namespace Thermocline.Events.Redis;

/// <summary>How an event lies in a stream (docs/FORMAT.md, "Events in Redis"): one field each, those that are empty left out.</summary>
internal static class RedisEntry
{
    private const string Payload = "d", Context = "c", Id = "i", ContentType = "t", Expires = "x", Metadata = "m:";

    private static readonly IReadOnlyDictionary<string, string> NoMetadata = FrozenDictionary<string, string>.Empty;

    /// <summary>The command that adds an event.</summary>
    public static void AddTo(RespBatch batch, string stream, in EventDraft draft)
    {
        batch.Begin(3 + PartsOf(draft)).Part("XADD").Part(stream).Part("*");
        Write(batch, draft);
    }

    /// <summary>How many parts the fields of an event take.</summary>
    public static int PartsOf(in EventDraft draft) => 2 * (1
        + (string.IsNullOrEmpty(draft.Context) ? 0 : 1)
        + (string.IsNullOrEmpty(draft.Id) ? 0 : 1)
        + (string.IsNullOrEmpty(draft.ContentType) ? 0 : 1)
        + (draft.ExpiresAt is null ? 0 : 1)
        + (draft.Metadata?.Count ?? 0));

    /// <summary>The fields themselves.</summary>
    public static void Write(RespBatch batch, in EventDraft draft)
    {
        batch.Part(Payload).Part(draft.Payload.Span);
        Write(batch, Context, draft.Context);
        Write(batch, Id, draft.Id);
        Write(batch, ContentType, draft.ContentType);
        if (draft.ExpiresAt is { } expires)
            batch.Part(Expires).Part(expires.ToUnixTimeMilliseconds());
        foreach ((string name, string value) in draft.Metadata ?? NoMetadata)
            batch.Part(Metadata + name).Part(value);
    }

    /// <summary>An event from its fields; null when they are not an event of ours.</summary>
    public static EventDraft? Read(in RespValue fields, out int bytes)
    {
        bytes = 0;
        ReadOnlyMemory<byte>? payload = null;
        string context = "", id = "", contentType = "";
        DateTimeOffset? expires = null;
        Dictionary<string, string>? metadata = null;
        ReadOnlySpan<RespValue> items = fields.Items;
        for (int index = 0; index + 1 < items.Length; index += 2)
        {
            RespValue value = items[index + 1];
            bytes += items[index].Bytes.Length + value.Bytes.Length;
            switch (items[index].Text)
            {
                case Payload:
                    payload = value.Bytes;
                    break;
                case Context:
                    context = value.Text;
                    break;
                case Id:
                    id = value.Text;
                    break;
                case ContentType:
                    contentType = value.Text;
                    break;
                case Expires when long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long at)
                    && at < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds():
                    expires = DateTimeOffset.FromUnixTimeMilliseconds(at);
                    break;
                case ['m', ':', .. { } name]:
                    (metadata ??= [])[name] = value.Text;
                    break;
            }
        }

        return payload is null ? null : new EventDraft
        {
            Payload = payload.Value,
            Context = context,
            Id = id,
            ContentType = contentType,
            ExpiresAt = expires,
            Metadata = metadata ?? NoMetadata,
        };
    }

    private static void Write(RespBatch batch, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            batch.Part(name).Part(value);
    }
}
