using System.Text;
using System.Text.Json;
using Thermocline.Sidecar.Hosting;
using Thermocline.Sidecar.Http;
using Thermocline.Store;

namespace Thermocline.Sidecar.Endpoints;

/// <summary>A page of a collection's keys, in the order of their UTF-8 bytes.</summary>
internal sealed class KvListing(DataPlane plane)
{
    private const int LimitDefault = 100;
    private const int LimitMax = 1_000;

    /// <summary>Bytes of values after which a page ends early.</summary>
    private const int ValueBytesPerPage = 4 << 20;

    /// <summary>Answers a page.</summary>
    public async Task ListAsync(HttpContext context)
    {
        KvAddress address = KvAddress.Of(context);
        QueryParameters query = new(context.Request);
        byte[] prefix = Bound(query, "prefix");
        byte[] after = Bound(query, "after");
        int limit = (int)(query.Integer("limit", 1, LimitMax) ?? LimitDefault);
        bool values = query.Flag("values");
        if ((address.Problem ?? query.End()) is { } problem)
        {
            await context.WriteProblemAsync(problem);
            return;
        }
        ListPage page = plane.Store.List(
            [.. address.Composed, .. prefix], after.Length == 0 ? [] : [.. address.Composed, .. after], limit);
        await AnswerAsync(context, page, values);
    }

    private static byte[] Bound(QueryParameters query, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(query.Text(name));
        if (bytes.Length <= Limits.KeyBytesMax)
            return bytes;
        query.Report(name, $"must have at most {Limits.KeyBytesMax} bytes");
        return [];
    }

    private async Task AnswerAsync(HttpContext context, ListPage page, bool values)
    {
        if (values && !plane.Bodies.TryTake(ValueBytesPerPage))
        {
            await context.WriteProblemAsync(StoreProblems.Busy("Answers in flight hold the memory they may."));
            return;
        }
        try
        {
            context.Response.ContentType = "application/json";
            await using (Utf8JsonWriter json = new(context.Response.BodyWriter, JsonOutput.Options))
                Write(json, page, values);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            if (values)
                plane.Bodies.Return(ValueBytesPerPage);
        }
    }

    private void Write(Utf8JsonWriter json, ListPage page, bool values)
    {
        json.WriteStartObject();
        int written = page.Keys.Count;
        if (values)
            written = WriteEntries(json, page.Keys);
        json.WriteStartArray("keys");
        for (int index = 0; index < written; index++)
            json.WriteStringValue(Keys.KeyOf(page.Keys[index]));
        json.WriteEndArray();
        bool more = page.More || written < page.Keys.Count;
        json.WriteBoolean("more", more);
        if (more)
            json.WriteString("after", Keys.KeyOf(page.Keys[written - 1]));
        json.WriteEndObject();
    }

    /// <summary>Writes records until the page is full; answers how many keys it got through.</summary>
    private int WriteEntries(Utf8JsonWriter json, IReadOnlyList<byte[]> keys)
    {
        json.WriteStartArray("entries");
        long bytes = 0;
        int index = 0;
        for (; index < keys.Count && bytes < ValueBytesPerPage; index++)
        {
            using ReadLease lease = plane.Store.Read(keys[index]);
            // A key may have been deleted or have expired since the page of keys was taken.
            if (!lease.Found)
                continue;
            bytes += lease.Value.Length;
            if (bytes > ValueBytesPerPage && index > 0)
                break;
            json.WriteStartObject();
            json.WriteString("key", Keys.KeyOf(keys[index]));
            json.WriteBase64String("value", lease.Value);
            json.WriteString("contentType", RecordMetadata.ContentTypeOf(lease.Metadata));
            json.WriteString("etag", EntityTags.Tag(lease.Sequence));
            json.WriteString("tier", TierNames.Of(lease.Tier));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return index;
    }
}
