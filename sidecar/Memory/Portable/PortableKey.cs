using System.Text.Json;
using Thermocline.Store;

namespace Thermocline.Memory.Portable;

/// <summary>The composed key of a line of an export, read from its beginning alone.</summary>
public static class PortableKey
{
    /// <summary>The key ends within so many bytes: every byte of collection and key may be escaped.</summary>
    public const int HeadBytesMax = 16 << 10;

    /// <summary>The key, or null when this is not the beginning of such a line.</summary>
    public static byte[]? Of(ReadOnlySpan<byte> head)
    {
        try
        {
            var json = new Utf8JsonReader(head, isFinalBlock: false, default);
            string? collection = null;
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName)
                    continue;
                string? name = json.GetString();
                if (!json.Read())
                    return null;
                if (name == "composedKey")
                    return json.GetBytesFromBase64();
                if (name == "collection")
                    collection = json.GetString();
                else if (name == "key")
                    return collection is null ? null : Keys.Compose(collection, json.GetString() ?? "");
            }

            return null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
