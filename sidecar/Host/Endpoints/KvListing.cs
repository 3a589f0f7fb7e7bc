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
                await WriteAsync(json, page, values, context.RequestAborted);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            if (values)
                plane.Bodies.Return(ValueBytesPerPage);
        }
    }

    private async Task WriteAsync(Utf8JsonWriter json, ListPage page, bool values, CancellationToken cancellation)
    {
        json.WriteStartObject();
        int written = page.Keys.Count;
        if (values)
            written = await WriteEntriesAsync(json, page.Keys, cancellation);
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
    private async Task<int> WriteEntriesAsync(Utf8JsonWriter json, IReadOnlyList<byte[]> keys, CancellationToken cancellation)
    {
        json.WriteStartArray("entries");
        long left = ValueBytesPerPage;
        bool degraded = false;
        int index = 0;
        for (; index < keys.Count && left > 0; index++)
        {
            try
            {
                await plane.Store.FetchAsync(keys[index], cancellation);
                if (!TryWriteEntry(json, keys[index], index == 0, ref left))
                    break;
            }
            catch (StoreException away) when (away.Fault is StoreFault.ColdUnavailable or StoreFault.ColdRefused)
            {
                // What is kept locally is served; what is not is named.
                degraded = true;
                json.WriteStartObject();
                json.WriteString("key", Keys.KeyOf(keys[index]));
                json.WriteString("unavailable", ProblemCode.ColdUnavailable);
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
        if (degraded)
            json.WriteBoolean("degraded", true);
        return index;
    }

    /// <summary>Writes a record; false when the page has no room for it. The first one has always room.</summary>
    private bool TryWriteEntry(Utf8JsonWriter json, byte[] key, bool isFirst, ref long left)
    {
        using ReadLease lease = plane.Store.Read(key);
        // A key may have been deleted or have expired since the page of keys was taken.
        if (!lease.Found)
            return true;
        left -= lease.Value.Length;
        if (left < 0 && !isFirst)
            return false;
        json.WriteStartObject();
        json.WriteString("key", Keys.KeyOf(key));
        json.WriteBase64String("value", lease.Value);
        json.WriteString("contentType", RecordMetadata.ContentTypeOf(lease.Metadata));
        json.WriteString("etag", EntityTags.Tag(lease.Sequence));
        json.WriteString("tier", TierNames.Of(lease.Tier));
        json.WriteEndObject();
        return true;
    }
}
