using System.Globalization;

namespace Thermocline.Operator.Cluster.Objects;

/// <summary>Times as the API writes them.</summary>
internal static class Times
{
    /// <summary>With microseconds, as leases and events have them.</summary>
    public static string Micro(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
