using System.Globalization;
using System.Text;
using Thermocline.Memory.Import;
using Thermocline.Memory.Portable;
using Thermocline.Store;

namespace Thermocline.Sidecar.Import;

/// <summary>The request that puts a record through the key/value API, unless its key is taken.</summary>
internal static class RecordRequest
{
    /// <exception cref="ImportException">The API has no way to say this record; the data folder itself takes it.</exception>
    public static HttpRequestMessage Put(Uri server, PortableRecord record, DateTimeOffset now)
    {
        ReadOnlySpan<byte> key = record.Key.Span;
        if (key[0] == 0 || key.Length <= key[0] + 1 || key[1] == (byte)'_')
            throw Unspeakable("its collection is the sidecar's own");
        string contentType = ContentTypeField.Read(record.Metadata.Span);
        if (!record.Metadata.Span.SequenceEqual(ContentTypeField.Encode(contentType)))
            throw Unspeakable("it has metadata other than a content type");
        string path = $"/v1/kv/{Escape(Keys.CollectionOf(key))}/{Escape(Keys.KeyOf(key))}";
        // The API counts whole seconds: a record may live up to a second longer than it did.
        string end = record.ExpiresAt is { } expires
            ? string.Create(CultureInfo.InvariantCulture, $"?ttlSeconds={Math.Max(1, (long)Math.Ceiling((expires - now).TotalSeconds))}")
            : "";
        var address = new Uri(server.GetLeftPart(UriPartial.Authority) + path + end,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ReadOnlyMemoryContent(record.Value) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        return request;
    }

    private static ImportException Unspeakable(string why) =>
        new($"A record cannot be written through the API, because {why}: stop the sidecar and import into its data folder.");

    private static string Escape(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length * 3);
        foreach (byte each in name)
        {
            if (char.IsAsciiLetterOrDigit((char)each))
                text.Append((char)each);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{each:X2}");
        }

        return text.ToString();
    }
}
