using System.Globalization;
using System.Text.Json;

namespace Thermocline.Memory.Json;

/// <summary>Reads moments out of JSON.</summary>
internal static class Moment
{
    private static readonly long MsMax = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-dd HH:mmK",
        "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>A string of ISO 8601 (without a zone: UTC), or whole milliseconds since 1970.</summary>
    public static bool TryRead(JsonElement value, out DateTimeOffset time)
    {
        time = default;
        if (value.ValueKind == JsonValueKind.String)
            return TryParse(value.GetString() ?? "", out time);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long ms) || ms < 0 || ms > MsMax)
            return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        return true;
    }

    /// <summary>A text of ISO 8601; without a zone it is UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
